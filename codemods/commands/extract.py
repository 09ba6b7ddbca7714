"""`codemods extract`: move top-level names from one module to another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codemods.commands.moving import add_options, carry_out, writes
from codemods.commands.shell import add_root, completed, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import Move

ABOUT = "Move top-level names from one module into another, rewrite everyone who refers to them, and prove it."
EXAMPLES = """
SOURCE and DEST are files, as you see them from here, or dotted modules. Names may be patterns.

examples:
  %(prog)s shop/worker.py shop/status.py Status              move Status, and what only it uses
  %(prog)s shop/worker.py::Status shop/status.py             the same, as pytest names things
  %(prog)s shop.worker:Status shop.status                    the same, as Python names things
  %(prog)s shop/app.py shop/handlers.py 'on_*'               every definition that begins with on_
  %(prog)s shop/worker.py shop/status.py Status --plan       what goes where, and why; writes nothing
  %(prog)s shop/worker.py shop/status.py Status --diff       the change as a diff; writes nothing
  %(prog)s shop/worker.py shop/status.py Status --check      exit 1 while it is still to be done
  %(prog)s shop/worker.py shop/status.py Status -i           choose what moves with it
  %(prog)s shop/worker.py shop/status.py Status --deprecate  the old path works on, and warns
  %(prog)s shop/worker.py shop/status.py Status --guard "pytest -q"   your tests have to end as before

exit codes: 0 moved, or nothing to do; 1 --check: still to be done; 2 refused, nothing was changed; 4 wrong usage
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s SOURCE DEST NAME... [options]"
    what = "the module that defines the names: shop/cart.py, shop.cart, or with a name, shop/cart.py::Price"
    completed(parser.add_argument("source", metavar="SOURCE", help=what), "modules")
    what = "the module they go to, there already or not"
    completed(parser.add_argument("destination", metavar="DEST", help=what), "modules")
    what = "top-level classes, functions, constants; patterns such as 'on_*'"
    completed(parser.add_argument("names", metavar="NAME", nargs="*", help=what), "names")
    add_root(parser, default=None)
    more = {"action": "append", "default": [], "metavar": "NAME"}
    completed(parser.add_argument("--with", dest="along", help="what is to move with it, too", **more), "names")
    completed(parser.add_argument("--keep", help="what is to stay", **more), "names")
    accepted = "move although this hazard, by its code in [brackets], changes what can be observed"
    completed(
        parser.add_argument("--accept", action="append", default=[], metavar="CODE", help=accepted),
        "codes",
    )
    parser.add_argument(
        "--with-needed", action="store_true", help="take along what moved code needs at import time, if it must move"
    )
    path = parser.add_mutually_exclusive_group()
    path.add_argument(
        "--reexport",
        choices=("auto", "eager", "lazy", "none"),
        help="how the old import path goes on: bound in SOURCE (eager), found when asked for (lazy), not at all (none)",
    )
    path.add_argument("--no-reexport", dest="reexport", action="store_const", const="none", help="--reexport none")
    path.add_argument(
        "--deprecate", action="store_true", default=None, help="let the old path warn (DeprecationWarning)"
    )
    add_options(parser, own_guard="the guard of [tool.codemods] in pyproject.toml")


def main(options: Namespace) -> int:
    from dataclasses import replace

    from codemods.commands.asked import located, root_of, split_source, tell_of_repository
    from codemods.commands.settings import own_guards, with_defaults

    root = opened(options, writes(options), root_of(options, split_source(options.source)[0]))
    # What was said of the old path leaves no room for a default.
    if options.deprecate:
        options.reexport = "auto"
    elif options.reexport == "none":
        options.deprecate = False
    tell_of_repository(options, root)
    asked = move(with_defaults(options, root))
    source = located(asked.source, options, root)
    asked = replace(asked, source=source, destination=located(asked.destination, options, root, beside=source))
    options.root = root
    return carry_out((asked,), options, own_guards(root) if options.guard else ())


def move(options: Namespace) -> Move:
    """The request that the arguments are, with its modules as they were written."""
    from codemods.commands.asked import split_source
    from codemods.model import Move, Reexport

    source, names = split_source(options.source)
    return Move(
        source,
        (*names, *options.names),
        options.destination,
        along=tuple(options.along),
        keep=tuple(options.keep),
        reexport=Reexport(options.reexport or "auto"),
        deprecate=bool(options.deprecate),
        accept=tuple(options.accept),
        needed=options.with_needed,
    )
