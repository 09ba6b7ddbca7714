"""Where a project begins: at the nearest folder that says so, as ruff, black and pytest find it."""

from __future__ import annotations

from pathlib import Path

_REPOSITORY = (".git", ".hg")
_MARKS = ("pyproject.toml", *_REPOSITORY)


def marked_root(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds a pyproject.toml or a repository, if one does."""
    return _nearest(start, _MARKS)


def repository_around(root: Path) -> Path | None:
    """The repository that a project is only a part of; None where the project is the whole of it."""
    found = _nearest(root, _REPOSITORY)
    return found if found != root else None


def _nearest(start: Path, marks: tuple[str, ...]) -> Path | None:
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in marks):
            return folder
    return None
