"""Both modules need the other at import time, and the package around them always imports the source first.

Then the source can import the destination in the middle, where what moves stood: what that needs is bound above, and
who uses it stands below. Nobody can import the destination first, since Python executes the package before it.
"""

from __future__ import annotations

from codemods.bindings import Moment
from codemods.model import Disposition, Reexport
from codemods.planning.facts import Facts
from codemods.planning.grouping.reference_graph import Need
from codemods.planning.index.import_graph import ImportGraph
from codemods.planning.selection.direction import Verdict, staying_code


def imports_in_place(facts: Facts, verdict: Verdict) -> bool:
    """May the source import the destination where what moves stood, whoever is imported first?"""
    move = facts.move
    plain = move.reexport in (Reexport.AUTO, Reexport.EAGER) and not move.deprecate and not facts.source.runnable
    if not plain or facts.destination is not None or verdict.moved_reasons or not verdict.moved_needs:
        return False
    if facts.pytest_rules.reads(move.source):
        return False
    place = below_moved(facts)
    bound = [(need.name, facts.groups.by_name[need.name].statements) for need in verdict.moved_needs]
    needs = [max(s.index for s in statements if name in s.binds or s is statements[0]) for name, statements in bound]
    if place is None or any(index >= place for index in needs):
        return False
    return _is_loaded_above(facts)


def below_moved(facts: Facts) -> int | None:
    """The first statement that stays below all that was asked for, or one further up that needs some of it; helpers
    may come from anywhere."""
    moving = {s.index for group in facts.moving for s in group.statements}
    last = max(
        s.index for group, (how, _) in facts.moving.items() if how is Disposition.MOVES for s in group.statements
    )
    users = [_uses(need) for need in facts.graph.between(staying_code(facts), [*facts.moving], Moment.IMPORT)]
    below = (s.index for s in facts.source.statements if s.index > last and s.index not in moving)
    return min([*users, *below], default=None)


def _uses(need: Need) -> int:
    """The first statement of a group that needs the name: of ``Field.kinds["text"] = Text`` not the class ``Field``."""
    statements = need.by.statements
    reads = [s for s in statements if any(r.name == need.name and r.moment is Moment.IMPORT for r in s.references)]
    return min(s.index for s in reads or statements)


def _is_loaded_above(facts: Facts) -> bool:
    """Is the source a package around the destination, or does one import it?"""
    names, destination = facts.project.names, facts.move.destination
    parts = names.dotted(destination).split(".")
    graph = ImportGraph(facts.project)
    above = (names.find(".".join(parts[:count]), destination) for count in range(1, len(parts)))
    source = facts.move.source
    return any(path == source or graph.always_loads(path, source) for path in above if path)
