"""Which files a tree has, and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

# Folders that hold no source of the project itself.
_SKIPPED = {"__pycache__", "node_modules", "site-packages"}
_TEXT = (".py", ".pyi", ".toml", ".cfg", ".ini", ".md", ".rst", ".txt", ".ipynb", ".yaml", ".yml", ".html", ".json")


class Tree(Protocol):
    """Files by posix path relative to a root."""

    @property
    def paths(self) -> frozenset[str]:
        """Every text file that could mention a module."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of one file; OSError where there is none."""
        ...


class DiskTree:
    """A folder on disk, read when asked and remembered: one command sees one state of a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._bytes: dict[str, bytes] = {}

    @property
    def paths(self) -> frozenset[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(_walk(self.root))

    def read(self, path: str) -> bytes:
        if path not in self._bytes:
            self._bytes[path] = (self.root / path).read_bytes()
        return self._bytes[path]


class OverlayTree:
    """A tree with some files replaced, added, or taken away (None)."""

    def __init__(self, below: Tree, changes: Mapping[str, bytes | None]) -> None:
        self.below = below
        self.changes = changes

    @property
    def paths(self) -> frozenset[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        gone = {path for path, new in self.changes.items() if new is None}
        return (self.below.paths | self.changes.keys()) - gone

    def read(self, path: str) -> bytes:
        if path not in self.changes:
            return self.below.read(path)
        new = self.changes[path]
        if new is None:
            raise FileNotFoundError(path)
        return new


def _walk(root: Path) -> Iterator[str]:
    """Text files below ``root``; hidden folders, environments and links to folders are passed over."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not name.endswith(".egg-info")
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118
        )
        prefix = Path(folder).relative_to(root).as_posix()
        prefix = "" if prefix == "." else prefix + "/"
        for name in files:
            path = os.path.join(folder, name)  # noqa: PTH118
            if name.endswith(_TEXT) and os.path.isfile(path):  # noqa: PTH113
                yield prefix + name
