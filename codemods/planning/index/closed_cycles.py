"""Import cycles that one more import would close: two modules take names from each other while they are imported, at
once or through modules between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from codemods.bindings import Import, Module
from codemods.graphs import reaches
from codemods.model import Place
from codemods.planning.index.import_graph import ImportGraph, runs_always
from codemods.planning.index.project_index import ProjectIndex


@dataclass(frozen=True)
class Step:
    """``path`` would import ``target`` while ``open`` of its own names are not bound yet."""

    path: str
    target: str
    open: frozenset[str]


class ClosedCycles:
    """Answers from the imports that run in any case; ``gone``: those that the move drops."""

    def __init__(self, project: ProjectIndex, gone: Collection[int] = ()) -> None:
        self.project = project
        self.graph = ImportGraph(project)
        self.gone = gone

    def closed_by(self, step: Step) -> tuple[str, Import, Place] | None:
        """The import that would fail, if the two do not import each other already."""
        stem = step.path.rpartition("/")[2].removesuffix(".py")
        if not step.open or step.target == step.path or self.graph.always_loads(step.path, step.target):
            return None
        for path in sorted(self.project.tree.code_with([stem])):
            for module in self.project.modules_at([path] if path.endswith(".py") and path != step.path else []):
                item = next((i for i in module.imports if self._takes(module, i, step)), None)
                if item is not None and reaches([step.target], path, self._loaded, {step.path}):
                    return path, item, module.source.place(item.node)
        return None

    def _takes(self, module: Module, item: Import, step: Step) -> bool:
        taken = runs_always(item) and item.attribute in step.open and id(item) not in self.gone
        return taken and self.project.target(module, item) == step.path

    def _loaded(self, path: str) -> Iterator[str]:
        return self.graph.always_loaded(path, self.gone)


def defined(module: Module) -> frozenset[str]:
    """What is not bound yet when the imports at the top of the module run."""
    return frozenset(module.definitions)
