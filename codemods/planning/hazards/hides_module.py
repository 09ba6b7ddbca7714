"""The new module would hide another, or nobody could find it."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.project import Tree
from codemods.project.hiding import hides

CODE = "hides-module"
TITLE = "the new module would hide another module, or is hidden itself"
MEANING = """Python finds one thing for a dotted name: a package before a module, a module before a folder without
`__init__.py`, and a module of the project before one of the standard library or an installed one. A new
`shop/models/price.py` makes `shop.models` a package, and `shop/models.py` beside it can't be imported any more; a new
`types.py` at the top breaks everything that imports the standard module."""
EXAMPLE = """
-- shop/models.py --
class Price: ...
class Order: ...
-- shop/util.py --
LIMIT = 3
-- move --
shop/models.py shop/util/price.py Price
"""


def find(facts: Facts) -> Iterator[Hazard]:
    yield from against(facts.world.tree, facts.move.destination)


def against(tree: Tree, new: str) -> Iterator[Hazard]:
    """What speaks against a file at the path ``new``."""
    found = hides(tree, new)
    if found is None:
        return
    place, another = Place(new), "choose another name for the destination"
    if found.module:
        reason = f"this makes `{found.dotted}` a package, {found.hider}, which hides {found.hidden}"
        remedies = (f"make the module the package first: codemods package {found.module}", another)
    elif found.hidden == new:
        reason = f"no import would find it: the package {found.hider} comes before it"
        remedies = (f"name {found.hider}__init__.py, or a new module in {found.hider}", another)
    else:
        who = f", which {found.importer}:{found.line} imports" if found.importer else ""
        reason, remedies = f"it would hide {found.hidden}{who}", (another,)
    yield Hazard(CODE, place, reason, remedies)
