"""The destination already means something else by a name."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.imports.self_imports import handed_on
from codemods.planning.references.renamed_there import can_be_called_so, renamed_there

CODE = "name-collision"
TITLE = "the destination already binds a moved name to something else"
MEANING = """Two definitions of one name can't stand in one module: the later would replace the earlier for everybody
who reads it. The move is refused; rename one of the two first, or choose another destination."""
EXAMPLE = """
-- shop/worker.py --
class Status: ...
-- shop/http.py --
class Status: ...
-- move --
shop/worker.py shop/http.py Status
"""


def find(facts: Facts) -> Iterator[Hazard]:
    if facts.destination is None:
        return
    own = {
        item.binds
        for m, item in facts.referrers.imports
        if m.path == facts.move.destination and item.attribute == item.binds and not item.guarded
    }
    own |= {item.binds for item in handed_on(facts, facts.destination)}
    for item in renamed_there(facts.referrers, facts.destination, facts.moved_names):
        if not can_be_called_so(facts.referrers, facts.destination, item):
            reason = f"{facts.move.destination} has `{item.attribute}` as `{item.binds}`, which others may read there"
            place = facts.destination.source.place(item.node)
            yield Hazard(CODE, place, reason, (f"import it as `{item.attribute}` first", "choose another destination"))
    for name in sorted(facts.moved_names & facts.destination.binds):
        if name in own and name not in facts.destination.definitions:
            continue
        statement = next((s for s in facts.destination.statements if name in s.binds), None)
        place = facts.destination.source.place(statement.node if statement else facts.destination.source.tree)
        yield Hazard(
            CODE,
            place,
            f"{facts.move.destination} already binds `{name}` to something else",
            ("rename one of the two first", "choose another destination"),
        )
