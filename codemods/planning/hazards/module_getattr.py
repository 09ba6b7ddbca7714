"""Modules that make names up when they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.withdrawn_lazy_names import withdrawn

CODE = "module-getattr"
TITLE = "a module's `__getattr__` or `__dir__` is asked for names, and the move changes which"
MEANING = """The `__getattr__` of a module is asked for names that the module does not bind. In the destination it is
asked for moved names no more; what an earlier move wrote into it for one of them is
taken out; where it speaks of one otherwise, the move is refused. A `__getattr__` or `__dir__` that moves
answers for the destination as well."""
EXAMPLE = """
-- shop/prices.py --
def price(net):
    return net
-- shop/lazy.py --
def __getattr__(name):
    if name == "price":
        return lambda net: 2 * net
    raise AttributeError(name)
-- move --
shop/prices.py shop/lazy.py price
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for name in sorted({"__getattr__", "__dir__"} & facts.moved_names):
        place = facts.source.source.place(facts.groups.by_name[name].statements[0].node)
        reason = f"`{name}` answers for {facts.move.destination} too after the move"
        yield Hazard(CODE, place, reason, (), Severity.DECLARED)
    destination = facts.destination
    leaving = withdrawn(facts)
    answered = {name for branch in leaving.branches for name in branch.gone} if leaving is not None else set[str]()
    for statement in destination.definitions.get("__getattr__", ()) if destination is not None else ():
        assert destination is not None
        texts = {n.value for n in ast.walk(destination.source.tree) if isinstance(n, ast.Constant)}
        spoken = sorted((facts.moved_names - answered) & {text for text in texts if isinstance(text, str)})
        if not spoken and answered:
            return
        names = ", ".join(f"`{name}`" for name in spoken or sorted(facts.moved_names)[:3])
        yield Hazard(
            CODE,
            destination.source.place(statement.node),
            f"after the move, Python no longer asks this `__getattr__` for {names}",
            (f"take {names} out of it first", "choose another destination") if spoken else (),
            Severity.REFUSES if spoken else Severity.DECLARED,
        )
        return
