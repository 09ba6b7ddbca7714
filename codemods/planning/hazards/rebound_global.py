"""A global that a moved function rebinds and staying code reads."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.imports.lazy_reexports import rebound_names

CODE = "rebound-global"
TITLE = "a moved function rebinds a global that others read"
MEANING = """A name that a function rebinds with `global` is no constant: whoever imports its value keeps the first
one. It moves with the functions that rebind it, and the source finds it there each time it is asked; code that stays
and reads it when called would see a stale copy, as would whoever sets it in the source."""
EXAMPLE = """
-- shop/limits.py --
_limit = 1
def set_limit(n):
    global _limit
    _limit = n
def admit(n):
    return n < _limit
-- move --
shop/limits.py shop/gate.py set_limit
"""


def find(facts: Facts) -> Iterator[Hazard]:
    found_when_asked = rebound_names(facts)
    for name in sorted(facts.source.rebound.keys() & facts.moved_names):
        for group in facts.staying:
            for r in group.references:
                if r.name == name and r.moment is not Moment.TYPING:
                    yield Hazard(
                        CODE,
                        facts.source.source.place(r.node),
                        f"{group.label} stays and reads {name}, which moved code rebinds",
                        (
                            f"move {group.label} too: --with {group.label}",
                            f"leave {name} and what rebinds it where they are",
                        ),
                    )
                    break
        read = [] if name in found_when_asked else facts.referrers.chained.get(name, [])
        for place in read + facts.referrers.assigned.get(name, []):
            yield Hazard(
                CODE,
                place,
                f"{name} is reached through {facts.move.source} here, and moved code rebinds it",
                ("name the new module here first",),
            )
