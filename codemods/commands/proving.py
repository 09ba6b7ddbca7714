"""`codemods prove`: reviews a change that somebody else made, between two folders or two states of a git repository."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.compared import add_trees, as_change, trees_of
from codemods.commands.moves_made import check_exist, check_made, parsed_move, wrong
from codemods.commands.moving import add_trials, trials_of
from codemods.commands.paging import add_html, write_review
from codemods.commands.shell import DONE, REFUSED, TO_DO, add_root, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import Check, Review
    from codemods.project import Tree

ABOUT = "Review a change that somebody else made: what moved unchanged, what was edited on the way, and what broke."
EXAMPLES = """
examples:
  %(prog)s main                                        the files as they are, since they left main
  %(prog)s main...HEAD                                 a pull request: HEAD since it left main
  %(prog)s v1.0..v1.1                                  two revisions; also `v1.0 v1.1`
  %(prog)s --commit HEAD                               what one commit changed
  %(prog)s --staged                                    what the next commit will change
  %(prog)s before/ after/                              two folders
  %(prog)s main --guard "pytest -q"                    its tests, too, end as before
  %(prog)s main --move a.py b.py Name                  fails if a.Name did not move to b.py
  %(prog)s main --move a.py b.py Name --reexport       and the old path a.Name has to work on
  %(prog)s main --allow CHANGES.md --allow "docs/*"    changes of these files are expected

exit codes:
  0  what moved is proven, and nothing else changed
  1  what moved is proven; something was edited, or there are other changes
  2  broken, or not proven
  3  internal error
  4  wrong usage: no such revision, a --move that was not made
"""
FORMATS = ("text", "json", "sarif", "github", "markdown")


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s [OLD NEW | OLD..NEW | --commit REV | --staged] [options]"
    add_trees(parser)
    parser.add_argument(
        "--move",
        dest="moves",
        action="append",
        nargs="+",
        default=[],
        metavar=("SOURCE", "DEST NAME"),
        help="fail unless this move was made; may be given several times",
    )
    parser.add_argument(
        "--reexport",
        action="store_true",
        help="the names of each --move must be found in their old module too, and no import cycle be made",
    )
    parser.add_argument("--only-moved", action="store_true", help="ignore changes of what did not move")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="GLOB", help="ignore changes of files that match GLOB"
    )
    parser.add_argument(
        "--fail-on",
        choices=("edits", "broken"),
        default="edits",
        help="broken: exit 0 although something was edited, or other things changed",
    )
    parser.add_argument("--strict", action="store_true", help="a comment or a layout that changed is an edit, too")
    add_root(parser)
    add_trials(parser)
    parser.add_argument("--all", action="store_true", help="show every finding; nothing is only counted")
    parser.add_argument("--show-edits", action="store_true", help="show the diff of each definition that was edited")
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="text (default), or for a program that shows it"
    )
    parser.add_argument("--json", action="store_const", dest="format", const="json", help="the same as --format json")
    add_html(parser)
    parser.add_argument("--quiet", action="store_true", help="print nothing; the exit code says it")


def main(options: Namespace) -> int:
    review, before, after = reviewed(options)
    options.read = before, after
    if options.html:
        write_review(options.html, f"Review of {_compared(options)}", review, before, after)
    if not options.quiet:
        _tell(review, options)
    from codemods.model import Outcome

    edits = TO_DO if options.fail_on == "edits" else DONE
    return {Outcome.PROVEN: DONE, Outcome.EDITS: edits, Outcome.BROKEN: REFUSED}[review.outcome]


def reviewed(options: Namespace) -> tuple[Review, Tree, Tree]:
    """The review, and the trees before and after."""
    from codemods import face
    from codemods.proof.reviewing import judged, with_checks
    from codemods.report.watching import watching

    trials = trials_of(options)
    root = opened(options, writes=False)
    moves = [parsed_move(words, options.reexport) for words in options.moves]
    if options.reexport and not moves:
        wrong("--reexport", "it needs a --move, whose old path it asks for", "give the move: --move SOURCE DEST NAME")
    before, after = trees_of(options, root)
    check_exist(moves, before, after)
    with watching(profile=False, quiet=options.quiet):
        review = face.review(before, as_change(before, after), moves)
        check_made(moves, review, after)
        tried: list[Check] = [trial(before, after, moves) for trial in trials]
    review = judged(with_checks(review, tried), options.allow, options.only_moved, options.strict)
    return review, before, after


def _compared(options: Namespace) -> str:
    """The change in the words of who asked."""
    if options.staged:
        return "what is staged"
    return options.commit or " ".join(options.trees) or "the files as they are"


def _tell(review: Review, options: Namespace) -> None:
    from codemods.report.terminal import show

    if options.format == "text":
        from codemods.report.review_lines import review_lines

        show(review_lines(review, options.all, options.show_edits), sys.stdout)
        return
    from importlib import import_module

    written = import_module(f"codemods.report.as_{options.format}")
    print(written.review_text(review))
