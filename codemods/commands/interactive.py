"""`--interactive`: ask, definition by definition, whether it moves with what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from codemods.commands.shell import refuse_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import GroupPlan, Move, Plan
    from codemods.project import Tree


def chosen(moves: Sequence[Move], tree: Tree) -> Move | None:
    """The move as somebody chose it; None where they would rather not. Raises Refused as planning does."""
    import codemods
    from codemods.model import Disposition, Refused
    from codemods.report.refusals import refusal_lines
    from codemods.report.summary import plan_summary_lines
    from codemods.report.terminal import show

    if len(moves) != 1:
        refuse_usage("--interactive", "it chooses what moves with one move", "name one move")
    if not sys.stdin.isatty():
        refuse_usage("--interactive", "there is no terminal to ask on", "use --with and --keep")
    move, plan = _planned(moves[0], tree)
    if plan.done:
        return move
    decided: set[str] = set()
    while True:
        open_groups = [
            group
            for group in plan.groups
            if group.disposition is Disposition.GOES_ALONG and not decided.issuperset(group.names)
        ]
        if not open_groups:
            break
        group = open_groups[0]
        decided |= set(group.names)
        if _yes(f"{', '.join(group.names)} moves with it ({group.place}: {group.reason})", default=True):
            continue
        kept = replace(move, keep=(*move.keep, *group.names))
        try:
            plan = codemods.plan(kept, tree)
            move = kept
        except Refused as refused:
            show(refusal_lines(refused.hazards), sys.stdout)
            print("so it moves.")
    for name in _offered(plan.groups, decided):
        if _yes(f"{name} stays; move it too", default=False):
            move = replace(move, along=(*move.along, name))
    show(plan_summary_lines(codemods.plan(move, tree)), sys.stdout)
    return move if _yes("Carry it out", default=True) else None


def _planned(move: Move, tree: Tree) -> tuple[Move, Plan]:
    """The plan of the move; where there is an import cycle, with what somebody says shall move too. Raises Refused."""
    import codemods
    from codemods.model import Refused
    from codemods.report.refusals import refusal_lines
    from codemods.report.terminal import show

    try:
        return move, codemods.plan(move, tree)
    except Refused as refused:
        if refused.cycle is None:
            raise
        show(refusal_lines(refused.hazards), sys.stdout)
        asked = {f"moved code needs {_listed(refused.cycle.needed)}": refused.cycle.needed}
        asked[f"{_listed(refused.cycle.users)} would need moved code"] = refused.cycle.users
        for question, names in asked.items():
            if names and _yes(f"{question}; move {'it' if len(names) == 1 else 'them'} too", default=False):
                return _planned(replace(move, along=(*move.along, *names)), tree)
        raise


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _offered(groups: Sequence[GroupPlan], decided: set[str]) -> list[str]:
    """What the plan says a word about though it stays, and was not asked for yet."""
    from codemods.model import Disposition

    return [
        name
        for group in groups
        if group.disposition is Disposition.STAYS
        for name in group.names
        if name not in decided
    ]


def _yes(question: str, default: bool) -> bool:
    """Ask until somebody says yes or no; the end of the input says no."""
    words = {"": default, "y": True, "yes": True, "n": False, "no": False}
    while True:
        try:
            answer = input(f"{question}? [{'Y/n' if default else 'y/N'}] ").strip().lower()
        except EOFError:
            return False
        if answer in words:
            return words[answer]
