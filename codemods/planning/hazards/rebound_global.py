"""A global that a moved function rebinds and staying code reads."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.bindings.module import declared_and_bound
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.as_attributes import as_attributes
from codemods.planning.imports.lazy_reexports import rebound_names

CODE = "rebound-global"
TITLE = "a moved function rebinds a global that others read"
MEANING = """A name that a function rebinds with `global` is no constant: whoever imports its value keeps the first
one. It moves with the functions that rebind it, and the source finds it there each time it is asked. Where code that
stays reads it, it stays too, and moved code binds it off the module. Where that can't be written (an import, a
definition, an f-string), code that stays would see a stale copy. Whoever sets it by the module that a file imports at
its top, as tests do, sets it in the new module; where the module is held otherwise the move is refused."""
EXAMPLE = """
-- shop/limits.py --
_limit = 1
def set_limit(n):
    global _limit
    if (_limit := n) < 0:
        raise ValueError
def admit(n):
    return n < _limit
-- move --
shop/limits.py shop/gate.py set_limit
"""


def find(facts: Facts) -> Iterator[Hazard]:
    found_when_asked, referrers = rebound_names(facts), facts.referrers
    written_off = facts.groups.apart & as_attributes(facts) if facts.groups.apart else frozenset[str]()
    for name in sorted(_rebound(facts) - written_off):
        for group in facts.staying:
            for r in group.references:
                if r.name == name and r.moment is not Moment.TYPING and not (r.writes and name in group.binds):
                    yield Hazard(
                        CODE,
                        facts.source.source.place(r.node),
                        f"`{group.label}` stays and reads `{name}`, which moved code rebinds",
                        (
                            f"move `{group.label}` too: --with {group.label}",
                            f"leave `{name}` and what rebinds it where they are",
                        ),
                    )
                    break
        read = [] if name in found_when_asked else referrers.chained.get(name, [])
        for place in sorted({*read, *facts.set_at.get(name, referrers.assigned.get(name, ()))}):
            if place.path in facts.accesses and place in facts.accesses[place.path].places:
                reason = (
                    f"this sets or reads `{name}`, and names {facts.move.destination} now, where moved code rebinds it"
                )
                yield Hazard(CODE, place, reason, (), Severity.HANDLED)
            else:
                reason = f"`{name}` is reached through {facts.move.source} here, and moved code rebinds it"
                yield Hazard(CODE, place, reason, ("name the new module here first",))


def _rebound(facts: Facts) -> set[str]:
    """The names of the module that moved code binds by ``global``: by an import too."""
    statements = [s for group in facts.moving for s in group.statements]
    moving = {s.index for s in statements}
    found = {name for name, by in facts.source.rebound.items() if any(s.index in moving for s in by)}
    return found | {name for s in statements for name in declared_and_bound(s.node)}
