"""`python -m codemods COMMAND`, and the console script `codemods`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from codemods.commands import configured, explain, extract, proving, taking_back
from codemods.commands.shell import Parser, run

ABOUT = "Move Python definitions between modules, and prove that nothing else changed."
EXAMPLES = """
examples:
  codemods extract shop/worker.py shop/status.py Status --plan
  codemods extract shop/worker.py shop/status.py Status
  codemods undo
  codemods prove main..HEAD

`codemods COMMAND --help` tells more.
"""


def parser() -> Parser:
    """The parser of all commands; it imports none of what they run."""
    made = Parser(prog="codemods", description=ABOUT, epilog=EXAMPLES)
    commands = made.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name, about, arguments, main in (
        ("extract", extract.ABOUT, extract.arguments, extract.main),
        ("run", configured.ABOUT, configured.arguments, configured.main),
        ("prove", proving.ABOUT, proving.arguments, proving.main),
        ("recover", taking_back.RECOVER, taking_back.arguments, taking_back.recover),
        ("undo", taking_back.UNDO, taking_back.arguments, taking_back.undo),
        ("explain", explain.ABOUT, explain.arguments, explain.main),
    ):
        command = commands.add_parser(name, help=about, description=about)
        arguments(command)
        command.set_defaults(main=main)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""

    def chosen(options: Namespace) -> int:
        return options.main(options)

    return run(chosen, parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
