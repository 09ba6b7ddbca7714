"""`python -m codemods COMMAND`, and the console script `codemods`."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from codemods.commands import (
    completion,
    configured,
    explain,
    extract,
    package,
    proving,
    renaming,
    serving,
    suggesting,
    taking_back,
)
from codemods.commands.shell import DONE, WRONG_USAGE, Parser, end_process, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

ABOUT = "Move Python definitions between modules, and prove that nothing else changed."
EXAMPLES = """
examples:
  codemods extract shop/worker.py shop/status.py Status --plan
  codemods extract shop/worker.py shop/status.py Status
  codemods undo
  codemods suggest shop/models.py
  codemods prove main..HEAD

`codemods help COMMAND` has more.
"""


def parser() -> Parser:
    """The parser of all commands; it imports none of what they run."""
    made = Parser(prog="codemods", description=ABOUT, epilog=EXAMPLES, usage="%(prog)s COMMAND ... [options]")
    made.add_argument("-V", "--version", action=_Version, nargs=0, help="show the version, and the Python that runs it")
    commands = made.add_subparsers(metavar="COMMAND", parser_class=Parser, prog="codemods")
    for name, about, arguments, main in (
        ("extract", extract.ABOUT, extract.arguments, extract.main),
        ("package", package.ABOUT, package.arguments, package.main),
        ("rename", renaming.ABOUT, renaming.arguments, renaming.main),
        ("run", configured.ABOUT, configured.arguments, configured.main),
        ("suggest", suggesting.ABOUT, suggesting.arguments, suggesting.main),
        ("prove", proving.ABOUT, proving.arguments, proving.main),
        ("undo", taking_back.UNDO, taking_back.arguments, taking_back.undo),
        ("recover", taking_back.RECOVER, taking_back.arguments, taking_back.recover),
        ("explain", explain.ABOUT, explain.arguments, explain.main),
        ("mcp", serving.MCP, serving.mcp_arguments, serving.mcp),
        ("lsp", serving.LSP, serving.lsp_arguments, serving.lsp),
        ("completion", completion.ABOUT, completion.arguments, completion.main),
    ):
        command = commands.add_parser(name, help=about, description=about)
        arguments(command)
        command.set_defaults(main=main)
    helping = commands.add_parser("help", help="Show the help of a command.", usage="%(prog)s [COMMAND]")
    helping.add_argument("command", metavar="COMMAND", nargs="?", choices=[*commands.choices])
    helping.set_defaults(main=lambda options: _help(made, commands.choices.get(options.command, made)))
    return made


def main(argv: Sequence[str] | None = None, ended: Callable[[int], int] = int) -> int:
    """Run one command; the exit code, or what ``ended`` makes of it."""
    made = parser()
    completion.complete(made)

    def chosen(options: Namespace) -> int:
        if not hasattr(options, "main"):
            made.print_help(sys.stderr)
            return WRONG_USAGE
        return options.main(options)

    return run(chosen, made, argv, ended)


def console() -> NoReturn:
    """Run the command of this process, and end it."""
    sys.exit(main(ended=end_process))


def _help(outer: Parser, asked: argparse.ArgumentParser) -> int:
    asked.print_help()
    return DONE


class _Version(argparse.Action):
    """The version of the distribution; asked for only then, for it takes time to find."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("codemods")
        except PackageNotFoundError:
            found = "(not installed)"
        python = ".".join(map(str, sys.version_info[:3]))
        print(f"codemods {found} (Python {python}: {sys.executable})")
        parser.exit()


if __name__ == "__main__":
    console()
