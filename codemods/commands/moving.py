"""Carries moves out, or shows what they would do: behind `extract`, `run` and every recipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from codemods.commands.shell import DONE, TO_DO, recovered, say

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.face import Solution
    from codemods.model import Move, Plan
    from codemods.report.lines import Line


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to do with a move, and how to tell of it."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="write nothing; exit 1 while the move is still to be done")
    what.add_argument("--diff", action="store_true", help="write nothing; show the change as a diff that git takes")
    what.add_argument("--plan", action="store_true", help="write nothing; show what goes where, and why")
    parser.add_argument("--json", action="store_true", help="tell everything as one JSON object")
    parser.add_argument("--allow-dirty", action="store_true", help="also change files with uncommitted changes")
    parser.add_argument("--quiet", action="store_true", help="tell nothing unless the move is refused")


def carry_out(moves: Sequence[Move], options: argparse.Namespace) -> int:
    """Do what the options say with ``moves``, solved as one change."""
    import codemods
    from codemods.project import DiskTree
    from codemods.project.request import check_request

    root = recovered(options.root)
    tree = DiskTree(root)
    moves = tuple(check_request(move, root, tree) for move in moves)
    asked = moves[0] if len(moves) == 1 else moves
    if options.check or options.plan:
        return _tell_plan(codemods.plan(asked, tree), options)
    solution = codemods.solve(asked, tree)
    if solution.plan.done or not solution.changes.paths:
        return _tell_plan(solution.plan, options, nothing=True)
    if options.diff:
        return _tell_diff(solution, options)
    # Rendered before it is written: a report that fails must not fail after the fact.
    text = _solution_json("moved", solution) if options.json else None
    lines = [] if options.json or options.quiet else list(_solution_lines(solution))
    _write(solution, root, options)
    if text is not None:
        print(text)
    elif lines:
        from codemods.report.terminal import show

        show(lines, sys.stdout)
    return DONE


def _write(solution: Solution, root: Path, options: argparse.Namespace) -> None:
    from codemods.applying import apply
    from codemods.applying.git import refuse_dirty

    if not options.allow_dirty:
        refuse_dirty(solution.changes, root)
    apply(solution.changes, root)
    options.wrote = True


def _tell_plan(plan: Plan, options: argparse.Namespace, nothing: bool = False) -> int:
    done = plan.done or nothing
    code = TO_DO if options.check and not done else DONE
    if options.json:
        from codemods.report.as_json import document, plan_json

        print(document("nothing to do" if done else "to do", plan=plan_json(plan)))
    elif options.quiet:
        pass
    elif done:
        say("; ".join(f"nothing to do: {_what(move)} is already there" for move in plan.moves), sys.stdout)
    elif options.check:
        say("; ".join(f"still to be done: {_what(move)}" for move in plan.moves), sys.stdout)
    else:
        from codemods.report.lines import plan_lines
        from codemods.report.terminal import show

        show(plan_lines(plan), sys.stdout)
    return code


def _tell_diff(solution: Solution, options: argparse.Namespace) -> int:
    from codemods.report.diff import unified_diff

    lines = unified_diff(solution.changes)
    if options.json:
        print(_solution_json("to do", solution, diff=b"".join(lines).decode("utf-8", "replace")))
    elif not options.quiet:
        from codemods.report.terminal import show_diff

        show_diff(lines, sys.stdout)
    return DONE


def _solution_json(outcome: str, solution: Solution, **more: str) -> str:
    from codemods.report.as_json import document, files_json, plan_json, proof_json

    parts = {"plan": plan_json(solution.plan), "proof": proof_json(solution.proof)}
    return document(outcome, **parts, files=files_json(solution.changes), **more)


def _solution_lines(solution: Solution) -> Iterator[Line]:
    from codemods.report.lines import Line, plan_lines, proof_lines

    count = len(solution.changes.paths)
    moved = f"moved: {count} file{'s' if count != 1 else ''} written; `codemods undo` takes it back"
    yield from chain(
        plan_lines(solution.plan, every_unit=False),
        (Line(),),
        proof_lines(solution.proof),
        (Line(), Line(moved, "good")),
    )


def _what(move: Move) -> str:
    return f"{', '.join(move.names)} from {move.source} to {move.destination}"
