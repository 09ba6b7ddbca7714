"""`codemods package`: make a module a package of the same dotted name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codemods.commands.moving import add_options, carry_out, writes
from codemods.commands.shell import add_root, completed, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.model import Move

ABOUT = "Make a module a package: shop/models.py goes to shop/models/__init__.py, and is imported as before."
EXAMPLES = """
examples:
  %(prog)s shop/models.py         make it a package, so that modules can be split off into it
  %(prog)s shop/models.py --diff  the change, written nowhere

`codemods extract shop/models.py shop/models/price.py Price` does both as one change.
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s MODULE [options]"
    what = "a module: shop/models.py, shop.models"
    completed(parser.add_argument("module", metavar="MODULE", help=what), "modules")
    add_root(parser, default=None)
    add_options(parser, own_guard="the guard of [tool.codemods] in pyproject.toml")


def main(options: Namespace) -> int:
    from codemods.commands.asked import located, root_of, tell_of_repository
    from codemods.commands.settings import own_guards

    root = opened(options, writes(options), root_of(options, options.module))
    tell_of_repository(options, root)
    module = located(options.module, options, root)
    return carry_out([package(module)], options, own_guards(root) if options.guard else ())


def package(module: str) -> Move:
    """The request: everything in the module goes to the package of its name."""
    from codemods.model import Move

    stands = module.endswith("__init__.py")
    return Move(module, (), module if stands else module.removesuffix(".py") + "/__init__.py")
