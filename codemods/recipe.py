"""A move that is kept as a file: a recipe is one Move, and this is its command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codemods.commands.moving import add_options, carry_out
from codemods.commands.shell import Parser, add_root, run
from codemods.model import Move

if TYPE_CHECKING:
    from codemods.trying import Guard


def recipe(*moves: Move, guard: str = "", at_once: bool = False, argv: Sequence[str] | None = None) -> int:
    """Run ``moves`` as one change by the options on the command line; the exit code.

    ``guard`` is the command that ``--guard`` alone stands for; ``at_once``: two runs of it do not disturb one another.
    """
    what = "; ".join(f"moves {', '.join(m.names)} from {m.source} to {m.destination}" for m in moves)
    parser = Parser(description=f"This recipe {what}.")
    add_root(parser)
    # argparse takes a percent sign in help for a format.
    add_options(parser, own_guard=f"the recipe's own: {guard}".replace("%", "%%") if guard else "")

    def main(options: Namespace) -> int:
        return carry_out(moves, options, _own(guard, at_once) if options.guard else ())

    return run(main, parser, argv)


def _own(command: str, at_once: bool) -> tuple[Guard, ...]:
    from codemods.trying import Guard

    return (Guard(command, at_once),) if command else ()
