"""`codemods recover` and `codemods undo`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.shell import DONE, add_colour, add_root, found_root, opened, say

RECOVER = "Finish or take back a move that was interrupted while it was being written."
UNDO = "Take back the last move, if none of its files changed since. A second `undo` takes back the one before."


def arguments(parser: ArgumentParser) -> None:
    parser.usage = "%(prog)s [--root DIR] [--color WHEN]"
    add_root(parser)
    add_colour(parser)


def recover(options: Namespace) -> int:
    from codemods.applying import recover

    say(recover(found_root(options.root)) or "nothing to do: no move was interrupted here", sys.stdout)
    return DONE


def undo(options: Namespace) -> int:
    from codemods.applying import forget_taken_back, undo

    root = opened(options, writes=True)
    if forget_taken_back(root):
        say("nothing to do: the files are as before the last move already", sys.stdout)
        return DONE
    paths = undo(root)
    count = f"{len(paths)} file{'s' if len(paths) != 1 else ''} as before: {', '.join(paths)}"
    say(f"taken back: {count}" if paths else "nothing to do: no move is recorded here", sys.stdout)
    return DONE
