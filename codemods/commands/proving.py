"""`codemods prove`: the proof of a move that somebody else made, between two folders or two git revisions."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from codemods.commands.moving import add_trials, trials_of
from codemods.commands.shell import DONE, REFUSED, add_root, recovered, refuse_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from codemods.model import Move
    from codemods.project import Tree

ABOUT = "Prove that a move, whoever made it, changed nothing but places: between two folders or two git revisions."
EXAMPLES = """
examples:
  %(prog)s before/ after/                              two folders
  %(prog)s main HEAD                                   two revisions of the repository at --root
  %(prog)s main..HEAD                                  the same
  %(prog)s HEAD                                        a revision, and the files as they are
  %(prog)s main..HEAD --guard "pytest -q"              its tests, too, end as before
  %(prog)s main HEAD --move a.py b.py Name             what was to move; found by itself if not told
  %(prog)s main HEAD --move a.py b.py Name --reexport  and the old path a.Name has to work on

exit codes: 0 proven; 2 not proven, or wrong usage
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.add_argument("trees", metavar="OLD NEW", nargs="+", help="folders or revisions, or OLD..NEW")
    parser.add_argument(
        "--move",
        dest="moves",
        action="append",
        nargs="+",
        default=[],
        metavar=("SOURCE", "DEST NAME"),
        help="a move that was made; may be given several times",
    )
    parser.add_argument(
        "--reexport",
        action="store_true",
        help="the names of each --move must be found in their old module too, and no circle of imports be made",
    )
    add_root(parser)
    add_trials(parser)
    parser.add_argument("--json", action="store_true", help="tell everything as one JSON object")
    parser.add_argument("--quiet", action="store_true", help="tell nothing; the exit code says it")


def main(options: Namespace) -> int:
    import codemods
    from codemods.report.watching import watching

    trials = trials_of(options)
    root = recovered(options.root)
    moves = [_move(words, options.reexport) for words in options.moves]
    if options.reexport and not moves:
        refuse_usage("--reexport", "it says something of a --move", "give the move with --move SOURCE DEST NAME")
    old, new = _two(options.trees)
    before, after = _tree(old, root), _tree(new, root)
    with watching(profile=False, quiet=options.quiet):
        proof = codemods.prove(before, after, moves)
        for trial in trials:
            proof = codemods.Proof((*proof.checks, trial(before, after, moves)))
    if options.json:
        from codemods.report.as_json import document, moves_json, proof_json

        outcome = "proven" if proof.held else "not proven"
        print(document(outcome, moves=moves_json(moves or proof.moves), proof=proof_json(proof)))
    elif not options.quiet:
        from codemods.report.lines import moves_lines, proof_lines
        from codemods.report.terminal import show

        show((*moves_lines(proof.moves), *proof_lines(proof)), sys.stdout)
    return DONE if proof.held else REFUSED


def _two(written: Sequence[str]) -> tuple[str, str]:
    if len(written) == 2:
        return written[0], written[1]
    if len(written) > 2 or "..." in written[0]:
        refuse_usage(" ".join(written), "two trees are compared", "give OLD NEW or OLD..NEW")
    old, dots, new = written[0].partition("..")
    if dots and not os.path.exists(written[0]):  # noqa: PTH110
        return old or "HEAD", new or "HEAD"
    return written[0], ""


def _tree(written: str, root: Path) -> Tree:
    """A folder if there is one of that name, else a revision; nothing written is the root as it is."""
    from pathlib import Path

    from codemods.project import DiskTree
    from codemods.project.git_tree import GitTree

    if not written:
        return DiskTree(root)
    folder = Path(written)
    if folder.is_dir():
        return DiskTree(folder.resolve())
    return GitTree(root, written)


def _move(words: Sequence[str], reexport: bool) -> Move:
    from codemods.model import Move

    if len(words) < 3:
        refuse_usage("--move " + " ".join(words), "a move has a source, a destination and at least one name")
    return Move(words[0], tuple(words[2:]), words[1], reexport=reexport)
