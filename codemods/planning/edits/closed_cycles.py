"""Import cycles that a move would close through a destination that stands."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Hazard
from codemods.planning.edits.model import Edits, NewImport
from codemods.planning.facts import Facts
from codemods.planning.index.closed_cycles import ClosedCycles, Step, defined
from codemods.planning.index.import_graph import runs_always
from codemods.planning.index.project_index import ProjectIndex

_REMEDIES = ("choose another destination, or a new module", "import it in the function that needs it here, first")


def closed_cycles(facts: Facts, edits: Edits) -> Iterator[Hazard]:
    """A refusal for the first module that would take a name from one which is being imported, and has not bound it."""
    if edits.arrival.module is None:
        return
    gone = frozenset(id(item) for item in (*edits.departure.dropped, *edits.arrival.dropped))
    cycles = ClosedCycles(facts.project, gone)
    for step in _steps(facts, edits):
        found = cycles.closed_by(step)
        if found is not None:
            path, item, place = found
            between = "" if path == step.target else f", which leads to {path}"
            reason = f"{step.path} would import {step.target}{between}: that takes {item.attribute} from it here"
            yield Hazard("import-cycle", place, f"{reason}, while both are imported", _REMEDIES)
            return


def closes(project: ProjectIndex, standing: Module, new: NewImport) -> bool:
    """Would a module import at its top what takes a name from it?"""
    target = _target(project, standing.path, new) or standing.path
    return ClosedCycles(project).closed_by(Step(standing.path, target, defined(standing))) is not None


def _steps(facts: Facts, edits: Edits) -> Iterator[Step]:
    arrival, departure = edits.arrival, edits.departure
    for new in arrival.imports:
        target = _target(facts.project, arrival.path, new)
        if target is not None and arrival.module is not None:
            yield Step(arrival.path, target, defined(arrival.module))
    for module, item in facts.referrers.imports:
        if item.attribute in facts.moved_names and module.path != arrival.path and runs_always(item):
            yield Step(module.path, arrival.path, defined(module))
    if departure.reexports:
        below, start = departure.position, 0
        if below is not None:
            start = below.before.index if below.before is not None else len(departure.module.statements)
        later = {name for name, found in departure.module.definitions.items() if found[-1].index >= start}
        yield Step(departure.path, arrival.path, frozenset(later - facts.moved_names))


def _target(project: ProjectIndex, path: str, new: NewImport) -> str | None:
    """The file of the tree that an import which the module gets means."""
    base = project.names.written(path, new.module) or ""
    whole = project.names.find(f"{base}.{new.attribute}", path) if new.attribute else None
    return whole or project.names.find(base, path)
