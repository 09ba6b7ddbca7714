"""Import cycles that a move would close through a destination that stands: two modules, each of which takes names from
the other while it is imported, at once or through modules between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from codemods.bindings import Import, Module
from codemods.graphs import reaches
from codemods.model import Hazard, Place
from codemods.planning.edits.model import Edits, NewImport
from codemods.planning.facts import Facts
from codemods.planning.index.import_graph import ImportGraph
from codemods.planning.index.project_index import ProjectIndex

_REMEDIES = ("choose another destination, or a new module", "import it in the function that needs it here, first")


@dataclass(frozen=True)
class _Step:
    """``path`` would import ``target`` while ``open`` of its own names are not bound yet."""

    path: str
    target: str
    open: frozenset[str]


def closed_cycles(facts: Facts, edits: Edits) -> Iterator[Hazard]:
    """A refusal for the first module that would take a name from one which is being imported, and has not bound it."""
    if edits.arrival.module is None:
        return
    gone = frozenset(id(item) for item in (*edits.departure.dropped, *edits.arrival.dropped))
    cycles = _Cycles(facts.project, gone)
    for step in _steps(facts, edits):
        found = cycles.closed_by(step)
        if found is not None:
            path, item, place = found
            between = "" if path == step.target else f", which leads to {path}"
            reason = f"{step.path} would import {step.target}{between}: that takes {item.attribute} from it here"
            yield Hazard("import-cycle", place, f"{reason}, while both are imported", _REMEDIES)
            return


def _steps(facts: Facts, edits: Edits) -> Iterator[_Step]:
    arrival, departure = edits.arrival, edits.departure
    for new in arrival.imports:
        target = _target(facts, new)
        if target is not None and arrival.module is not None:
            yield _Step(arrival.path, target, _defined(arrival.module))
    for module, item in facts.referrers.imports:
        if item.attribute in facts.moved_names and module.path != arrival.path and _at_once(item):
            yield _Step(module.path, arrival.path, _defined(module))
    if departure.reexports:
        position = departure.position.before if departure.position is not None else None
        start = len(departure.module.statements) if departure.position is not None else 0
        start = position.index if position is not None else start
        moved = facts.moved_names
        open_names = {n for n, found in departure.module.definitions.items() if found[-1].index >= start} - moved
        yield _Step(departure.path, arrival.path, frozenset(open_names))


class _Cycles:
    """Answers from the imports that run in any case; ``gone``: those that the move drops."""

    def __init__(self, project: ProjectIndex, gone: Collection[int]) -> None:
        self.project = project
        self.graph = ImportGraph(project)
        self.gone = gone

    def closed_by(self, step: _Step) -> tuple[str, Import, Place] | None:
        """The import that would fail, if the two do not import each other already."""
        stem = step.path.rpartition("/")[2].removesuffix(".py")
        if not step.open or self.graph.always_loads(step.path, step.target):
            return None
        for path in sorted(self.project.tree.code_with([stem])):
            for module in self.project.modules_at([path] if path.endswith(".py") and path != step.path else []):
                item = next((i for i in module.imports if self._takes(module, i, step)), None)
                if item is not None and reaches([step.target], path, self._loaded, {step.path}):
                    return path, item, module.source.place(item.node)
        return None

    def _takes(self, module: Module, item: Import, step: _Step) -> bool:
        taken = _at_once(item) and item.attribute in step.open and id(item) not in self.gone
        return taken and self.project.target(module, item) == step.path

    def _loaded(self, path: str) -> Iterator[str]:
        return self.graph.always_loaded(path, self.gone)


def _at_once(item: Import) -> bool:
    return item.function is None and not (item.typing_only or item.script or item.guarded)


def _defined(module: Module) -> frozenset[str]:
    return frozenset(module.definitions)


def _target(facts: Facts, new: NewImport) -> str | None:
    names, here = facts.project.names, facts.move.destination
    base = names.written(here, new.module) or ""
    whole = names.find(f"{base}.{new.attribute}", here) if new.attribute else None
    return whole or names.find(base, here)
