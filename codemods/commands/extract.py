"""`codemods extract`: move top-level names from one module to another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codemods.commands.moving import add_options, carry_out
from codemods.commands.shell import add_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import Move

ABOUT = "Move top-level names from one module into another, rewrite everyone who refers to them, and prove it."
EXAMPLES = """
examples:
  %(prog)s shop/worker.py shop/status.py Status         move Status, and what only it uses
  %(prog)s shop/worker.py shop/status.py Status --plan  what goes where, and why
  %(prog)s shop/worker.py shop/status.py Status --deprecate  the old path works on, and warns
  %(prog)s shop/worker.py shop/status.py Status --diff  the change, written nowhere
  %(prog)s shop/worker.py shop/status.py Status --check exit 1 while it is still to be done

exit codes: 0 moved, or nothing to do; 1 --check: still to be done; 2 refused, and nothing was changed
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.add_argument("source", metavar="SOURCE", help="the module that defines the names, relative to the root")
    parser.add_argument("destination", metavar="DEST", help="the module they go to, there already or not")
    parser.add_argument("names", metavar="NAME", nargs="+", help="top-level classes, functions, constants")
    add_root(parser)
    parser.add_argument(
        "--with", dest="along", action="append", default=[], metavar="NAME", help="what is to go along, too"
    )
    parser.add_argument("--keep", action="append", default=[], metavar="NAME", help="what is to stay")
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help="move although this hazard, by its code in [brackets], changes what can be observed",
    )
    path = parser.add_mutually_exclusive_group()
    path.add_argument("--no-reexport", dest="reexport", action="store_false", help="let the old path end")
    path.add_argument("--deprecate", action="store_true", help="let the old path warn (DeprecationWarning)")
    add_options(parser)


def main(options: Namespace) -> int:
    return carry_out((move(options),), options)


def move(options: Namespace) -> Move:
    """The request that the arguments are."""
    from codemods.model import Move

    return Move(
        options.source,
        tuple(options.names),
        options.destination,
        along=tuple(options.along),
        keep=tuple(options.keep),
        reexport=options.reexport,
        deprecate=options.deprecate,
        accept=tuple(options.accept),
    )
