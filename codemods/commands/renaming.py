"""`codemods rename`: a module goes to another path, and nothing is left at the old one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codemods.commands.moving import add_options, carry_out, writes
from codemods.commands.shell import add_root, completed, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import Move

ABOUT = "Rename a module, or put it into another folder, and rewrite everyone who names it."
EXAMPLES = """
OLD and NEW are files, as you see them from here, or dotted modules. Nothing is left at the old path.

examples:
  %(prog)s shop/models.py shop/pricing.py         importers, strings, patches, settings and documents follow
  %(prog)s shop/models.py shop/core/models.py     the same, into another folder
  %(prog)s shop.models shop.pricing --plan        what would change, file by file; writes nothing
  %(prog)s shop/models.py shop/pricing.py --diff  the change as a diff; writes nothing

To move some definitions, and keep the old import path: `codemods extract`. To make it a package: `codemods package`.
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s OLD NEW [options]"
    completed(parser.add_argument("module", metavar="OLD", help="a module: shop/models.py, shop.models"), "modules")
    what = "what it is to be: shop/pricing.py, shop.pricing"
    completed(parser.add_argument("destination", metavar="NEW", help=what), "modules")
    accepted = "rename although this hazard, by its code in [brackets], changes what can be observed"
    completed(
        parser.add_argument("--accept", action="append", default=[], metavar="CODE", help=accepted),
        "codes",
    )
    add_root(parser, default=None)
    add_options(parser, own_guard="the guard of [tool.codemods] in pyproject.toml")


def main(options: Namespace) -> int:
    from dataclasses import replace

    from codemods.commands.asked import located, root_of, tell_of_repository
    from codemods.commands.settings import own_guards

    root = opened(options, writes(options), root_of(options, options.module))
    tell_of_repository(options, root)
    old = located(options.module, options, root)
    new = located(options.destination, options, root, beside=old)
    asked = replace(rename(options), source=old, destination=new)
    return carry_out([asked], options, own_guards(root) if options.guard else ())


def rename(options: Namespace) -> Move:
    """The request that the arguments are, with its modules as they were written."""
    from codemods.model import Move, Reexport

    accept = tuple(options.accept)
    return Move(options.module, (), options.destination, reexport=Reexport.NONE, accept=accept, whole=True)
