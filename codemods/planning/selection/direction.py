"""Which of the two modules imports the other at its top: the import follows the use.

| the source needs moved code at import time | moved code needs the source at import time | who imports |
| --- | --- | --- |
| no | yes | the destination; the source's functions that use moved code import it inside |
| yes | no | the source; moved functions that use the source import it inside |
| yes | yes | neither can: an import cycle |
| no | no | who has calls to make, and where both have, the one with more functions that would import inside |

Where staying code uses no moved code, names in annotations count as calls: imported at the top, they are there for who
asks for them at run time (``get_type_hints``). Where nobody names anything, the source imports the destination, for its
old path.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from codemods.bindings import Moment
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.grouping.reference_graph import Need
from codemods.planning.imports.self_imports import awaiting
from codemods.planning.index.import_graph import ImportGraph


class Direction(Enum):
    SOURCE_IMPORTS = "the source imports the destination"
    DESTINATION_IMPORTS = "the destination imports the source"
    CYCLE = "both need the other while they are imported"


@dataclass(frozen=True)
class Verdict:
    """A direction, and what speaks for either: sentences, the needs among them with their places.

    ``executed_twice``: the source runs as a script, and importing it by its name would execute it a second time.
    """

    direction: Direction
    source_needs: tuple[Need, ...] = ()
    moved_needs: tuple[Need, ...] = ()
    source_reasons: tuple[str, ...] = ()
    moved_reasons: tuple[str, ...] = ()
    executed_twice: bool = False


def verdict(facts: Facts, must_bind: Sequence[str], registered: str = "") -> Verdict:
    """``must_bind``: why the source has to bind moved names, whoever uses them (sentences). ``registered``: what moves
    and has an effect while it is imported."""
    graph, moving, staying = facts.graph, tuple(facts.moving), staying_code(facts)
    source_needs = tuple(graph.between(staying, moving, Moment.IMPORT))
    moved_needs = _needs_of_moved(facts, Moment.IMPORT)
    calls_moved = tuple(graph.between(staying, moving, Moment.CALL))
    calls_source = _needs_of_moved(facts, Moment.CALL)
    source_reasons, moved_reasons = list(must_bind), list[str]()
    if source_needs or calls_moved or must_bind or registered:
        again = tuple(n for n in (*moved_needs, *calls_source) if facts.request.found_twice(n.name, moving))
    else:
        again = ()
    twice = bool(again) and not (source_needs and moved_needs)
    if again:
        if registered and not (source_needs or calls_moved):
            source_reasons.append(f"{registered} has a side effect while it is imported")
        # The script is `__main__`: whoever imports it by its name executes it a second time.
        moved_needs, source_needs = again, source_needs or calls_moved
    if not calls_moved:  # then names in annotations count: imported at the top, they are there for who resolves them
        calls_moved = tuple(graph.between(staying, moving, Moment.TYPING))
        calls_source = calls_source or _needs_of_moved(facts, Moment.TYPING)
    if facts.destination is not None:
        imports = ImportGraph(facts.project)
        ours, theirs = facts.move.source, facts.move.destination
        if imports.loads(ours, theirs):
            source_reasons.append(f"{ours} already loads {theirs}")
        if imports.loads(theirs, ours, _going(facts)):
            moved_reasons.append(f"{theirs} already loads {ours}")
    elif not source_needs and not must_bind:
        moved_reasons += _brought_back(facts)
    above, below = bool(source_needs or source_reasons), bool(moved_needs or moved_reasons)
    return Verdict(
        _direction(above, below, calls_moved, calls_source),
        source_needs,
        moved_needs,
        tuple(source_reasons),
        tuple(moved_reasons),
        twice,
    )


def _going(facts: Facts) -> frozenset[int]:
    """The imports of the destination that nothing needs there any more."""
    own = facts.own_accesses
    return frozenset(id(item) for item in (*awaiting(facts), *(own.dropped if own is not None else ())))


def uses_moved(facts: Facts) -> bool:
    """Does staying code use moved code at all?"""
    return any(True for _ in facts.graph.between(staying_code(facts), tuple(facts.moving), Moment.IMPORT, Moment.CALL))


def staying_code(facts: Facts) -> tuple[DefinitionGroup, ...]:
    """What stays, statements that only import aside; a block of imports may choose a definition in their place."""
    return tuple(
        g for g in facts.staying if not all(isinstance(s.node, (ast.Import, ast.ImportFrom)) for s in g.statements)
    )


def _brought_back(facts: Facts) -> Iterator[str]:
    """Imports that moved code takes along, and that load the source: whoever imports the destination first would find
    it partially initialized there. A block of imports that moves would take that for a module that is missing."""
    imports, source = ImportGraph(facts.project), facts.source
    read = {name for group in facts.moving for name in group.names}
    if facts.move.careful:
        read |= {r.name for group in facts.moving for r in group.references if r.moment is not Moment.TYPING}
    for item in (i for name in sorted(read) for i in source.top_imports.get(name, ()) if not i.typing_only):
        for target in {facts.project.target(source, item), facts.project.submodule(source, item)} - {None}:
            if target is not None and imports.loads(target, source.path):
                yield f"{target}, which moved code imports, loads {source.path}"


def _needs_of_moved(facts: Facts, moment: Moment) -> tuple[Need, ...]:
    owners = [u for u in facts.staying if u not in facts.request.copied]
    by_name = facts.groups.by_name
    needs = facts.graph.between(tuple(facts.moving), owners, moment)
    return tuple(n for n in needs if n.name in by_name and not by_name[n.name].typing_only)


def _direction(above: bool, below: bool, calls_moved: Sequence[Need], calls_source: Sequence[Need]) -> Direction:
    if above and below:
        return Direction.CYCLE
    if above or below:
        return Direction.SOURCE_IMPORTS if above else Direction.DESTINATION_IMPORTS
    users, moved = {need.by for need in calls_moved}, {need.by for need in calls_source}
    if moved and len(moved) > len(users):
        return Direction.DESTINATION_IMPORTS
    return Direction.SOURCE_IMPORTS
