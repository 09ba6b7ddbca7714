"""Who reads a name off the source, as an attribute, while the source is still being executed.

A lazy name is found by the ``__getattr__`` at the end of the module, which is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Module, Moment
from codemods.model import Place
from codemods.planning.index.import_graph import ImportGraph
from codemods.planning.settled import Settled
from codemods.project import Unreadable


def reached_while_partial(facts: Settled) -> Iterator[tuple[str, str]]:
    """(a moved name, why the source has to bind it): `class Bill(shop.Base)` in a module that `shop` imports."""
    graph = ImportGraph(facts.project)
    for name in sorted(facts.moved_names & facts.referrers.chained.keys()):
        for place in facts.referrers.chained[name]:
            if place.path == facts.move.source or not _at_import_time(facts, place, name):
                continue
            if graph.loads(facts.move.source, place.path):
                yield name, f"{place} reads it off the module, which imports {place.path}"
                break


def _at_import_time(facts: Settled, place: Place, name: str) -> bool:
    try:
        module: Module = facts.project.module(place.path)
    except (Unreadable, OSError):
        return False
    references = (r for s in module.statements for r in s.references if r.moment is Moment.IMPORT and name in r.chain)
    return any(getattr(r.node, "lineno", 0) == place.line for r in references)
