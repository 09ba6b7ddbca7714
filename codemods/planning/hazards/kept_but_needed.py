"""A name that is to stay, and that moved code needs while it is imported."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "kept-but-needed"
TITLE = "A definition is to stay in the source, and moved code needs it while it is imported"
MEANING = """The source goes on offering the moved names, so it imports the destination. If the destination needed a
name of the source while it is being imported itself, each of the two would have to be imported before the other."""
EXAMPLE = """
-- shop/orders.py --
class Money: ...
class Price(Money): ...
-- move --
shop/orders.py shop/prices.py Price --keep Money
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for unit, (_, why) in facts.moving.items():
        for name in unit.names:
            if name in facts.move.keep:
                place = facts.source.source.place(unit.statements[0].node)
                reason = f"{name} is to stay in {facts.move.source}, but {why}"
                yield Hazard(CODE, place, reason, (f"let {name} go too", f"move {name} to a third module first"))
