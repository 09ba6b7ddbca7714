"""The ``__init__.py`` files of folders that are made for a new module."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.planning.index.project_index import ProjectIndex


def new_packages(project: ProjectIndex, destination: str) -> Iterator[str]:
    """Those that a new sub-package needs, where its neighbours are regular packages."""
    folder = destination.rpartition("/")[0]
    missing = []
    while folder and not any(path.startswith(folder + "/") for path in project.tree.paths):
        missing.append(folder + "/__init__.py")
        folder = folder.rpartition("/")[0]
    if folder and project.names.is_package(folder):
        yield from reversed(missing)
