"""Names that the source has by a star import: the destination imports them from where the star found them."""

from __future__ import annotations

from codemods.bindings import Import, Module
from codemods.planning.edits.model import NewImport
from codemods.planning.imports.as_written import rewritten
from codemods.planning.index.project_index import ProjectIndex


def is_starred(project: ProjectIndex, source: Module, name: str) -> bool:
    """Does a star of a module of the tree bring it?"""
    targets = (project.target(source, star) for star in source.stars)
    return any(project.exports(target, name) for target in targets if target is not None)


def from_stars(project: ProjectIndex, source: Module, destination: str, name: str) -> list[NewImport]:
    """The imports by which the destination has it; empty where no star may bring it."""
    foreign: list[Import] = []
    for star in source.stars:
        target = project.target(source, star)
        if target is None:
            foreign.append(star)
        elif project.exports(target, name) and target != destination:
            new = rewritten(project, source, destination, star)
            assert new is not None
            return [NewImport(new.module, name)]
    found = (rewritten(project, source, destination, star) for star in foreign)
    if len(foreign) == 1:
        return [NewImport(new.module, name) for new in found if new is not None]
    # Which of several star imports binds the name can't be known without running them: all come.
    return [NewImport(new.module, "*", None, new.comment) for new in found if new is not None]
