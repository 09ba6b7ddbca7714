"""A moved value that is changed further down, after staying code has used it as it was."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment, Statement
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.units import Unit

CODE = "completed-later"
TITLE = "staying code uses a moved value before the source completes it"
MEANING = """A statement that completes a value (`A.x = …`, `TABLE.append(…)`) goes with it, and is then run before the
source's own statements. Code that stays, and used the value between its definition and its completion, would see it
completed."""
EXAMPLE = """
-- shop/nodes.py --
class NodeType(type): ...
class Node(metaclass=NodeType): ...
class Leaf(Node): ...
def _closed(*args):
    raise TypeError("no more nodes")
NodeType.__new__ = _closed
-- move --
shop/nodes.py shop/node.py Node
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for unit in facts.moving:
        first = unit.statements[0].index
        for completion in unit.statements[1:]:
            if not completion.touches & unit.binds or isinstance_function(completion):
                continue
            reader = _early_reader(facts, _built_on(facts, unit), first, completion.index)
            if reader is not None:
                place = facts.source.source.place(completion.node)
                yield Hazard(
                    CODE,
                    place,
                    f"{unit.label} is completed here, after line {reader.node.lineno}, which stays, has used it",
                    (f"move what stands there too: --with {next(iter(sorted(reader.binds)), '...')}",),
                )
                break


def isinstance_function(statement: Statement) -> bool:
    """A function that registers itself binds something of its own; its turn is its own affair."""
    return bool(statement.binds)


def _built_on(facts: Facts, unit: Unit) -> frozenset[str]:
    """Names of moved units that need the unit while they are imported, and its own."""
    names = set(unit.binds)
    while True:
        more = {
            name
            for other in facts.moving
            for r in other.references
            if r.moment is Moment.IMPORT and r.name in names
            for name in other.binds
        }
        if more <= names:
            return frozenset(names)
        names |= more


def _early_reader(facts: Facts, names: frozenset[str], first: int, last: int) -> Statement | None:
    for unit in facts.staying:
        for statement in unit.statements:
            if first < statement.index < last:
                for r in statement.references:
                    if r.name in names and r.moment is Moment.IMPORT and not r.annotation:
                        return statement
    return None
