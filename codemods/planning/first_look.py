"""Which files can refer to a module at all: told from their bytes, so that only these are parsed.

A file that refers to ``pkg.worker`` names it in one of four ways, and anything else in it is left to the parser:
an import with ``worker`` in it; the dotted path as it is, in a string or in code; an attribute chain ``….worker.NAME``;
an object given to ``setattr``, ``patch.object`` and the like. Those inside of a package may name its ``__init__`` by
dots alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from codemods.project import Tree, imports

_REPLACING = rb"(?:setattr|delattr|setitem|object|multiple)\s*\(\s*[\w.\s]*"


class FirstLook:
    """Looks for the module at ``path``, which is called ``dotted`` and binds ``names``."""

    def __init__(self, tree: Tree, path: str, dotted: str, names: frozenset[str]) -> None:
        self.tree = tree
        self.path = path
        self.dotted = dotted
        self.names = names
        self.last = dotted.rpartition(".")[2]

    def files(self) -> Iterator[str]:
        """The files that may refer to the module, itself aside: code, and any text that has its last name."""
        found = self.tree.code_with([self.last]) | self._inside if self.last else self.tree.paths
        for path in sorted(found | self.tree.texts_with([self.last])):
            if path != self.path and (not path.endswith(".py") or self._may(path)):
                yield path

    @cached_property
    def _inside(self) -> frozenset[str]:
        """The code of the package that the module is the ``__init__`` of."""
        folder, _, name = self.path.rpartition("/")
        if name != "__init__.py":
            return frozenset()
        return frozenset(
            p for p in self.tree.paths if p.endswith(".py") and p.startswith(f"{folder}/" if folder else "")
        )

    @cached_property
    def _chain(self) -> re.Pattern[bytes]:
        """``.worker.NAME``, NAME in the group."""
        return re.compile(rb"\.\s*" + re.escape(self.last.encode()) + rb"\s*\.\s*(\w+)")

    @cached_property
    def _replaced(self) -> re.Pattern[bytes]:
        """``setattr(….worker,``"""
        return re.compile(_REPLACING + rb"\.\s*" + re.escape(self.last.encode()) + rb"\s*,")

    def _may(self, path: str) -> bool:
        try:
            raw = self.tree.glance(path)
        except OSError:
            return False
        if not raw.isascii() and (raw[:2] in (b"\xff\xfe", b"\xfe\xff") or not self.last.isascii()):
            return True
        if self.dotted.encode() in raw or self._imported(path, raw):
            return True
        if any(found[1].decode(errors="replace") in self.names for found in self._chain.finditer(raw)):
            return True
        return self._replaced.search(raw) is not None

    def _imported(self, path: str, raw: bytes) -> bool:
        inside = path in self._inside
        for module, names in imports(raw):
            if self.last in module.split(".") or self.last in names or (inside and not module.strip(".")):
                return True
        return False
