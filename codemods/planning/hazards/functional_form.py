"""Types that a call makes record the module that calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of

CODE = "functional-form"
TITLE = "a moved call makes a type that records its module"
MEANING = """`namedtuple("P", …)`, `Enum("Color", …)`, `NewType`, `TypeVar`, `make_dataclass` look at their caller to
learn in which module the type can be found again. After the move that is the destination, where it can be found; old
pickles find it through the source, which re-exports it. With `module=` the type has the module that is given."""
EXAMPLE = """
-- shop/shapes.py --
from collections import namedtuple
Point = namedtuple("Point", "x y")
def origin():
    return Point(0, 0)
-- move --
shop/shapes.py shop/points.py Point
"""

_MAKERS = frozenset({"namedtuple", "NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}) | {
    "NewType",
    "make_dataclass",
    "new_class",
}


def find(facts: Facts) -> Iterator[Hazard]:
    new = facts.project.names.dotted(facts.move.destination)
    for group in facts.moving:
        for statement in group.statements:
            value = getattr(statement.node, "value", None)
            if not isinstance(value, ast.Call) or not statement.binds or chain_of(value.func)[-1:] == ():
                continue
            if chain_of(value.func)[-1] in _MAKERS and len(value.args) > 1:
                if not any(k.arg == "module" for k in value.keywords):
                    place = facts.source.source.place(statement.node)
                    reason = f"`{group.label}` records {new} as the module in which it is found"
                    yield Hazard(CODE, place, reason, (), Severity.DECLARED)
