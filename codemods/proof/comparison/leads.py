"""Where the imports of a file lead, read from its bytes: only those are followed that can end at what is asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from codemods.project import imports
from codemods.proof.snapshot.resolution import Snapshot


@dataclass(frozen=True)
class _Imports:
    """Of one file: the dotted names that its imports lead to, be it modules or what is in them; those of its star
    imports; and the names that it takes."""

    wholes: tuple[str, ...]
    stars: tuple[str, ...]
    names: frozenset[str]


class Leads:
    """Answers for the files of one tree."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._found: dict[str, _Imports] = {}

    def to(self, path: str, goals: Collection[str]) -> set[str]:
        """Those of the goals to which the imports of a file lead. A module's name ends in that of its file, so most
        imports need not be followed."""
        ends = set(map(stem, goals))
        wholes = [whole for whole in self._imports(path).wholes if whole.rpartition(".")[2] in ends]
        return self._ending(path, wholes, goals)

    def starred(self, path: str, goals: Collection[str]) -> set[str]:
        """The same of star imports."""
        return self._ending(path, self._imports(path).stars, goals)

    def names(self, path: str) -> frozenset[str]:
        """What is taken from modules, and the parts of the names of those that are imported as a whole."""
        return self._imports(path).names

    def bytes(self, path: str) -> bytes:
        try:
            return self.snapshot.tree.peek(path)
        except OSError:
            return b""

    def _ending(self, path: str, wholes: Collection[str], goals: Collection[str]) -> set[str]:
        found = (self.snapshot.find(whole, path) for whole in wholes)
        return {target for target in found if target is not None and target in goals}

    def _imports(self, path: str) -> _Imports:
        if path not in self._found:
            wholes: list[str] = []
            stars: list[str] = []
            names: set[str] = set()
            for found in imports(self.bytes(path)):
                dotted = self.snapshot.names.written(path, found.module) or ""
                parts = dotted.split(".")
                wholes += [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
                wholes += [f"{dotted}.{name}" if dotted else name for name in found.names if name != "*"]
                stars += [dotted] if "*" in found.names else []
                names.update(found.names or found.module.split("."))
            self._found[path] = _Imports(tuple(dict.fromkeys(wholes)), tuple(stars), frozenset(names))
        return self._found[path]


def stem(path: str) -> str:
    """The last component of a module's name."""
    parts = path.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
