"""Annotations of moved code that somebody turns into objects."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.index.annotation_readers import resolves_hints

CODE = "hint-namespace"
TITLE = "the text of moved annotations is looked up in the destination"
MEANING = """`typing.get_type_hints`, pydantic, FastAPI and their like look the names in an annotation up in the module
where the class or function was made. Where the project uses one of them, what moved annotations name moves too or is
imported at run time, not only for type checkers."""
EXAMPLE = """
-- shop/orders.py --
from __future__ import annotations
import typing
class Money: ...
class Order:
    total: Money
def hints(what):
    return typing.get_type_hints(what)
-- move --
shop/orders.py shop/order.py Order
"""


def find(facts: Facts) -> Iterator[Hazard]:
    named = {
        r.name: r
        for group in facts.moving
        for r in group.references
        if r.annotation and r.moment is Moment.TYPING and r.name not in group.binds
    }
    along = sorted(named.keys() & facts.moved_names)
    if along and resolves_hints(facts.project, facts.move.source):
        place = facts.source.source.place(named[along[0]].node)
        reason = (
            f"annotations name {', '.join(along)}, and are resolved at run time: the destination has what they name"
        )
        yield Hazard(CODE, place, reason, (), Severity.HANDLED)
