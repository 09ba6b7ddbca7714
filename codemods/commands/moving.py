"""Carries moves out, or shows what they would do: behind `extract`, `run` and every recipe."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from codemods.commands.asked import expanded
from codemods.commands.paging import add_html, write_solution
from codemods.commands.settings import with_defaults
from codemods.commands.shell import DONE, TO_DO, add_colour, opened, refuse_usage, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from codemods.face import Solution
    from codemods.model import ChangeSet, Move, Plan
    from codemods.report.lines import Line
    from codemods.trying import Guard, Trial


def add_options(parser: argparse.ArgumentParser, own_guard: str = "") -> None:
    """What to do with a move, how to try it out, and how to report it.

    ``own_guard`` says whose the command is that ``--guard`` alone stands for; empty: ``--guard`` needs one.
    """
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="write nothing; exit 1 while the move is still to be done")
    what.add_argument("--diff", action="store_true", help="write nothing; show the change as a diff that git takes")
    what.add_argument("--plan", action="store_true", help="write nothing; show what goes where, and why")
    what.add_argument(
        "-i", "--interactive", action="store_true", help="ask what moves with it, and before anything is written"
    )
    add_trials(parser, own_guard)
    parser.add_argument("--allow-dirty", action="store_true", help="change files with uncommitted changes")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    add_html(parser)
    much = parser.add_mutually_exclusive_group()
    much.add_argument("-v", "--verbose", action="store_true", default=None, help="list every file, note and check")
    much.add_argument("-q", "--quiet", action="store_true", help="print nothing unless the move is refused")
    add_colour(parser)
    parser.add_argument(
        "--no-pager", dest="pager", action="store_false", default=None, help="show --diff without $PAGER"
    )
    parser.add_argument("--profile", action="store_true", help="also print how long each stage took")


def add_trials(parser: argparse.ArgumentParser, own_guard: str = "") -> None:
    """``--run`` and ``--guard``: what executes code of the tree."""
    parser.add_argument(
        "--run", action="store_true", help="also import each affected module, before and after, in scratch copies"
    )
    parser.add_argument(
        "--guard",
        metavar="COMMAND",
        action="append",
        default=[],
        nargs="?" if own_guard else None,
        help="also run COMMAND in scratch copies, twice before and once after, and compare its tests"
        + (f"; without COMMAND, {own_guard}" if own_guard else ""),
    )


def carry_out(moves: Sequence[Move], options: argparse.Namespace, own_guards: Sequence[Guard] = ()) -> int:
    """Do what the options say with ``moves``, solved as one change; ``own_guards`` are for ``--guard`` alone."""
    from codemods.report.watching import watching

    with watching(options.profile, options.quiet):
        return _carry_out(moves, options, own_guards)


def _carry_out(moves: Sequence[Move], options: argparse.Namespace, own_guards: Sequence[Guard]) -> int:
    import codemods
    from codemods.applying import with_old_paths
    from codemods.pending import is_done
    from codemods.project import DiskTree
    from codemods.project.request import check_request

    _check_accepted(moves)
    trials = trials_of(options, own_guards)
    root = opened(options, writes(options))
    tree = options.read = DiskTree(root)
    with_defaults(options, root)
    moves = tuple(expanded(check_request(move, root, tree), tree) for move in moves)
    if not all(is_done(move, tree) for move in moves):  # Else nobody asks what the tree has besides.
        _tell_of_silent_git(options)
        moves = with_old_paths(moves, root)
    asked = moves[0] if len(moves) == 1 else moves
    if options.html and (options.check or options.plan):
        refuse_usage("--html", "it shows the change, which --check and --plan do not make", "use --diff")
    if options.interactive:
        from codemods.commands.interactive import chosen

        asked = chosen(moves, tree)
        if asked is None:
            say("nothing was changed", sys.stdout)
            return DONE
    if options.check:
        return _tell_plan(codemods.plan(asked, tree), options)
    solution = codemods.solve(asked, tree, trials, partial(_refuse_unwritable, options) if writes(options) else None)
    if solution.plan.done or not solution.changes.paths:
        return _tell_plan(solution.plan, options, nothing=True)
    if options.plan:
        return _tell_plan(solution.plan, options)
    if options.html:
        write_solution(options.html, solution, tree)
    if options.diff:
        return _tell_diff(solution, options)
    # Rendered before it is written: a report that fails must not fail after the fact.
    text = _solution_json("moved", solution) if options.json else None
    lines = [] if options.json or options.quiet else list(_solution_lines(solution, options.verbose))
    _write(solution, root, options)
    if text is not None:
        print(text)
    elif lines:
        from codemods.report.terminal import show

        show(lines, sys.stdout)
    return DONE


def _check_accepted(moves: Sequence[Move]) -> None:
    for renames, code in ((move.whole, code) for move in moves for code in move.accept):
        from codemods.commands.explain import why_not_accepted

        reason, remedy = why_not_accepted(code, renames)
        if reason:
            refuse_usage(f"--accept {code}", reason, remedy)


def _tell_of_silent_git(options: argparse.Namespace) -> None:
    """Where git does not answer nobody knows what it ignores; a move that asks it for uncommitted work is refused."""
    from codemods.project.git import silent

    trouble = silent(options.opened) if not options.quiet and (options.allow_dirty or not writes(options)) else None
    if trouble:
        say(f"{trouble.reason}; files that it ignores are taken for files of the tree")
        for remedy in trouble.remedies:
            say(f"  help: {remedy}")


def writes(options: argparse.Namespace) -> bool:
    """May the command write in the tree?"""
    return not (options.check or options.plan or options.diff)


def trials_of(options: argparse.Namespace, own_guards: Sequence[Guard] = ()) -> list[Trial]:
    """What is to be run of the tree's code: nothing, unless it was asked for."""
    if not (options.run or options.guard):
        return []
    from codemods.trying import ColdImports, Guard

    if getattr(options, "check", False) or getattr(options, "plan", False):
        refuse_usage("--run or --guard", "they try the change out, which --check and --plan do not make", "use --diff")
    guards = [guard for command in options.guard for guard in ([Guard(command)] if command is not None else own_guards)]
    for guard in guards:
        if not guard.command.strip():
            refuse_usage("--guard", "its command is empty", "give a command, such as 'python -m pytest -q'")
    if None in options.guard and not own_guards:
        refuse_usage("--guard", "there is no command for it", 'give one, or write guard = "..." to the move')
    return [*([ColdImports()] if options.run else ()), *dict.fromkeys(guards)]


def _refuse_unwritable(options: argparse.Namespace, changes: ChangeSet) -> None:
    """Refused where the change can't be written, or would touch work that is not committed."""
    from codemods.applying import refuse_unwritable, written
    from codemods.applying.git import refuse_dirty
    from codemods.stages import stage

    refuse_unwritable(changes, options.opened)
    if not options.allow_dirty:
        with stage("asking git"):
            refuse_dirty(changes, options.opened, written(options.opened))


def _write(solution: Solution, root: Path, options: argparse.Namespace) -> None:
    from codemods.applying import apply
    from codemods.stages import stage

    with stage("writing"):
        apply(solution.changes, root, solution.plan)
    options.wrote = True


def _tell_plan(plan: Plan, options: argparse.Namespace, nothing: bool = False) -> int:
    done = plan.done or nothing
    code = TO_DO if options.check and not done else DONE
    if options.json:
        from codemods.report.as_json import document, plan_json

        print(document("nothing to do" if done else "pending", plan=plan_json(plan)))
    elif options.quiet:
        pass
    elif done:
        say("\n".join(f"nothing to do: {_what(move)} is already there" for move in plan.moves), sys.stdout)
    elif options.check:
        say("\n".join(f"still to be done: {_what(move)}" for move in plan.moves), sys.stdout)
    else:
        from codemods.report.lines import plan_lines
        from codemods.report.summary import plan_summary_lines
        from codemods.report.terminal import show

        show(plan_lines(plan) if options.verbose else plan_summary_lines(plan), sys.stdout)
    return code


def _tell_diff(solution: Solution, options: argparse.Namespace) -> int:
    from codemods.report.diff import unified_diff

    lines = unified_diff(solution.changes)
    if options.json:
        print(_solution_json("pending", solution, diff=b"".join(lines).decode("utf-8", "replace")))
    elif not options.quiet:
        from codemods.report.terminal import paged, show_diff

        with paged(sys.stdout, options.pager) as stream:
            show_diff(lines, stream)
    return DONE


def _solution_json(outcome: str, solution: Solution, **more: str) -> str:
    from codemods.report.as_json import document, files_json, plan_json, proof_json

    parts = {"plan": plan_json(solution.plan), "proof": proof_json(solution.proof)}
    return document(outcome, **parts, files=files_json(solution.changes), **more)


def _solution_lines(solution: Solution, verbose: bool) -> Iterator[Line]:
    from codemods.report.lines import Line, counted, plan_lines, proof_lines
    from codemods.report.summary import moved_lines

    paths = solution.changes.paths
    if verbose:
        yield from chain(plan_lines(solution.plan), (Line(),), proof_lines(solution.proof), (Line(),))
    else:
        made = {path for path in paths if solution.changes.before.get(path) is None}
        yield from moved_lines(solution.plan, made, paths, solution.proof)
    yield Line(f"{counted(len(paths), 'file')} written; `codemods undo` takes it back", "faint")


def _what(move: Move) -> str:
    if move.whole:
        return f"the module {move.destination}"
    if not move.names:
        return f"the package {move.destination}"
    return f"{', '.join(move.names)} from {move.source} to {move.destination}"
