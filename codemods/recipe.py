"""A move that is kept as a file: a recipe is one Move, and this is its command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from codemods.commands.moving import add_options, carry_out
from codemods.commands.shell import Parser, add_root, run
from codemods.model import Move


def recipe(*moves: Move, argv: Sequence[str] | None = None) -> int:
    """Run ``moves`` as one change by the options on the command line; the exit code."""
    what = "; ".join(f"moves {', '.join(m.names)} from {m.source} to {m.destination}" for m in moves)
    parser = Parser(description=f"This recipe {what}.")
    add_root(parser)
    add_options(parser)

    def main(options: Namespace) -> int:
        return carry_out(moves, options)

    return run(main, parser, argv)
