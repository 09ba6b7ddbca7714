"""Small projects to move things in, from the archives of the tests."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codemods.commands import extract
from codemods.model import Move
from codemods.project import Tree

REPOSITORY = Path(__file__).resolve().parents[2]
# Those with an observe.py say themselves what they do; the others are the examples of the mover.
PROJECTS = REPOSITORY / "tests" / "proof" / "projects"
CASES = REPOSITORY / "tests" / "moves" / "cases"
_PART = re.compile(r"^--- (before|after) (\S+)\n", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class MemoryTree(Tree):
    """A tree of texts."""

    files: Mapping[str, bytes]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self.files)

    def read(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None


@dataclass(frozen=True)
class Project:
    """A small tree, and a move in it."""

    name: str
    move: Move
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def tree(self) -> MemoryTree:
        return MemoryTree(self.files)


def projects(*folders: Path) -> Iterator[Project]:
    """Every archive in the folders, by name."""
    for folder in folders:
        for path in sorted(folder.glob("*.txt")):
            yield load(path)


def load(path: Path) -> Project:
    """One archive: prose, ``move:`` and what the command line has, and the files before the move."""
    text = path.read_text()
    parts = list(_PART.finditer(text))
    move = re.search(r"^move: (.+)$", text[: parts[0].start()], re.MULTILINE)
    if move is None:
        raise ValueError(f"{path.name} has no line with its move")
    files = {}
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if part[1] == "before":
            files[part[2]] = text[part.end() : following.start() if following else len(text)].encode()
    parser = argparse.ArgumentParser()
    extract.arguments(parser)
    return Project(path.stem, extract.move(parser.parse_args(move[1].split())), files)


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """The files of a tree, on disk."""
    for path, raw in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)


def read(folder: Path) -> dict[str, bytes]:
    """The files of a folder; caches are passed over."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and ".ropeproject" not in path.parts
    }
