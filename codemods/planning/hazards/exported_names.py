"""``__all__`` of the two modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "exported-names"
TITLE = "`__all__` says what a star import brings, and stays as it is"
MEANING = """The `__all__` of the source goes on listing the moved names, and the source re-exports them. A
destination that has an `__all__` does not list them yet: they can be imported from it by name, and a star import of it
does not bring them. Add them there if they are to be part of its public interface."""
EXAMPLE = """
-- shop/prices.py --
__all__ = ["price", "cost"]
def price(net):
    return net
def cost(net):
    return price(net)
-- shop/net.py --
__all__ = ["NET"]
NET = 1
-- move --
shop/prices.py shop/net.py price
"""


def find(facts: Facts) -> Iterator[Hazard]:
    destination = facts.destination
    if destination is None or destination.exported is None:
        return
    public = [name for name in facts.move.names if not name.startswith("_") and name not in destination.exported]
    node = next((s.node for s in destination.statements if "__all__" in s.binds), None)
    if public and isinstance(node, ast.stmt):
        names = ", ".join(f"`{name}`" for name in public)
        reason = f"this `__all__` does not list {names}: a star import of {destination.path} does not bring that"
        yield Hazard(CODE, destination.source.place(node), reason, (), Severity.DECLARED)
