"""Trees of files: a folder on disk, and one tree laid over another.

A tree answers for one state of its files: what was read, parsed or found once is not asked of the disk again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from codemods.project.files import CODE, Files
from codemods.project.names import Names
from codemods.project.searching import Index, contents, find, read_bytes
from codemods.project.source import Source
from codemods.project.walking import walk, why_ignored
from codemods.stages import stage


class Tree(Files):
    """Files by posix path relative to a root, which are the modules of a project."""

    @cached_property
    def names(self) -> Names:
        """The dotted names of the tree's modules."""
        return Names(self)


class DiskTree(Tree):
    """A folder on disk. Bytes that were asked for are remembered; those that were only searched are not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._bytes: dict[str, bytes] = {}

    @property
    def paths(self) -> frozenset[str]:
        return self._listed[0]

    @property
    def symlinks(self) -> Sequence[str]:
        """The symlinks of the tree, to files and to folders, in the order of their paths."""
        return self._listed[1]

    @cached_property
    def _listed(self) -> tuple[frozenset[str], Sequence[str]]:
        symlinks: list[str] = []
        with stage("listing the tree"):
            return frozenset(walk(self.root, symlinks)), sorted(symlinks)

    def read(self, path: str) -> bytes:
        if path not in self._bytes:
            self._bytes[path] = (self.root / path).read_bytes()
        return self._bytes[path]

    def peek(self, path: str) -> bytes:
        return self._bytes[path] if path in self._bytes else read_bytes(self.root, path)

    def why_ignored(self, path: str) -> tuple[str, str]:
        """Why a Python file, there already or not, is in no place that the tree has, and what helps; empty if it is in
        one. Decided without listing the tree."""
        return why_ignored(self.root, path)

    def _contents(self, paths: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        return contents(self.root, paths)


class OverlayTree(Tree):
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

    def peek(self, path: str) -> bytes:
        return self.read(path) if path in self.changes else self.below.peek(path)

    def source(self, path: str) -> Source:
        return super().source(path) if path in self.changes else self.below.source(path)

    def _find(self, words: Sequence[bytes], code: bool, among: frozenset[str] | None) -> Index:
        below = self.below.index(words, code) if among is None else self.below._find(words, code, among)
        own = find(words, self._new(code))
        return {word: below[word].difference(self.changes) | own[word] for word in words}

    def _new(self, code: bool) -> Iterator[tuple[str, bytes]]:
        for path, new in self.changes.items():
            if new is not None and path.endswith(CODE) is code:
                yield path, new
