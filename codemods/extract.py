"""`python -m codemods.extract SOURCE DEST NAME...`: the command line of one move."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from codemods.commands import extract
from codemods.commands.shell import Parser, run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = Parser(prog="python -m codemods.extract")
    extract.arguments(parser)
    return run(extract.main, parser, argv)


if __name__ == "__main__":
    sys.exit(main())
