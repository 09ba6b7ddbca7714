"""By which names a module is used: below which import roots people import it, and who starts it by its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.bindings import Import, Module
from codemods.model import Place
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable
from codemods.project.scripts import started


@dataclass(frozen=True)
class Use:
    """A module is found below ``root``; ``place`` says by whom, None: by its own package or folder."""

    root: str
    place: Place | None = None


def uses(project: ProjectIndex, path: str, files: Iterable[str]) -> tuple[Use, ...]:
    """Each root once; ``files`` may refer to the module."""
    found: dict[str, Use] = {}
    for use in _uses(project, path, files):
        found.setdefault(use.root, use)
    return tuple(found.values())


def _uses(project: ProjectIndex, path: str, files: Iterable[str]) -> Iterator[Use]:
    yield Use(project.names.root_of(path))
    for file in files:
        if file.endswith(".py") and file != path:
            try:
                module = project.module(file)
            except (Unreadable, OSError):
                continue
            for item in module.imports:
                if not item.level and (dotted := _names(project, module, item, path)):
                    yield Use(project.names.prefix(dotted, path), module.source.place(item.node))
    by = started(project.tree, path)
    if by is not None:
        yield Use(path.rpartition("/")[0], Place(by.by, by.line))


def _names(project: ProjectIndex, module: Module, item: Import, path: str) -> str:
    """The dotted name by which an import means the module at ``path``; empty where it means another."""
    wholes = [item.module, *([f"{item.module}.{item.attribute}"] if item.attribute else [])]
    return next((w for w in wholes if project.names.find(w, module.path) == path), "")
