"""Which files can refer to a module at all: decided by their bytes, so that only these are parsed.

A file that refers to ``pkg.worker`` names it in one of four ways, and anything else in it is left to the parser:
an import with ``worker`` in it; the dotted path as it is, in a string or in code; an attribute chain ``….worker.NAME``;
an object given to ``setattr``, ``patch.object`` and the like. Those inside of a package may name its ``__init__`` by
dots alone. What is set through ``….worker.__dict__`` or ``vars(….worker)`` is such a chain, or such an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from codemods.project import Tree, imports
from codemods.project.told_imports import held_as
from codemods.project.walking import is_code

_REPLACING = rb"(?:setattr|delattr|setitem|object|multiple|dict|vars)\s*\(\s*[\w.\s]*"
# What is given the name of a module, or of something in it, as a text.
_TAKES_TEXTS = re.compile(rb"import_module|__import__|importorskip|sys\.modules|patch|setattr|delattr|[rR]eplace")


class ReferencePrefilter:
    """Looks for the module at ``path``, which is called ``dotted`` and binds ``names``."""

    def __init__(self, tree: Tree, path: str, dotted: str, names: frozenset[str]) -> None:
        self.tree = tree
        self.path = path
        self.dotted = dotted
        # What a chain goes on to: what the module binds, or all of it.
        self._named = names | {"__dict__"}
        self.last = dotted.rpartition(".")[2]

    def files(self) -> Iterator[str]:
        """The files that may refer to the module, itself aside: code, and text that has its dotted path, or imports."""
        if not self.last:
            yield from sorted(self.tree.paths - {self.path})
            return
        scripts = {path for path in self.tree.texts_with([self.last]) if is_code(path)}
        texts = self.tree.texts_with([self.dotted]) | self._importing_texts()
        found = self.tree.code_with([self.last]) | self._inside | texts | scripts
        for path in sorted(found):
            if path != self.path and (not path.endswith(".py") or self._may(path)):
                yield path

    def _importing_texts(self) -> set[str]:
        """Notebooks, Cython, documents with ``from shop import orders``."""
        found = self.tree.texts_with([self.last]) & self.tree.texts_with(["import"])
        return {p for p in found if held_as(self.tree.peek(p).decode("utf-8", "replace"), self.dotted)}

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
        """``setattr(….worker,``, ``vars(….worker)``"""
        return re.compile(_REPLACING + rb"\.\s*" + re.escape(self.last.encode()) + rb"\s*[,)]")

    @cached_property
    def _built(self) -> re.Pattern[bytes]:
        """A text that ends in the module's name, or goes on behind it: ``f"{PACKAGE}.worker.send"``."""
        return re.compile(rb"[.\"'}]" + re.escape(self.last.encode()) + rb"(?=[.:\"'{])")

    def _may(self, path: str) -> bool:
        try:
            raw = self.tree.peek(path)
        except OSError:
            return False
        if not raw.isascii() and (raw[:2] in (b"\xff\xfe", b"\xfe\xff") or not self.last.isascii()):
            return True
        if self.dotted.encode() in raw or self._imported(path, raw):
            return True
        if any(found[1].decode(errors="replace") in self._named for found in self._chain.finditer(raw)):
            return True
        if b"import" in raw and held_as(raw.decode("utf-8", "replace"), self.dotted):  # in a string that is run
            return True
        if self._built.search(raw) is not None and _TAKES_TEXTS.search(raw) is not None:
            return True
        return self._replaced.search(raw) is not None

    def _imported(self, path: str, raw: bytes) -> bool:
        for found in imports(raw):
            module, names = found.module, found.names
            if path in self._inside and not module.strip("."):
                return True
            if "*" in names and self._may_hand_on(self.tree.names.written(path, module), path):
                return True
            if self.last in module.split(".") or self.last in names:
                dotted = self.tree.names.written(path, module)
                if dotted is not None and self._leads_here(dotted, names, path):
                    return True
        return False

    def _may_hand_on(self, dotted: str | None, importer: str) -> bool:
        """May another module have this one by its name?"""
        target = self.tree.names.find(dotted, importer) if dotted else None
        return target is not None and target != self.path and target in self.tree.code_with([self.last])

    def _leads_here(self, dotted: str, names: tuple[str, ...], importer: str) -> bool:
        """Is the module, one that is imported on the way to it, or one taken from it, the one looked for?"""
        parts = dotted.split(".")
        wholes = [".".join(parts[: end + 1]) for end, part in enumerate(parts) if part == self.last]
        if self.last in names:
            own = f"{dotted}.{self.last}" if dotted else self.last
            wholes.append(own)
            if self.tree.names.find(own, importer) is None and self._may_hand_on(dotted, importer):
                return True
        return any(self.tree.names.find(whole, importer) == self.path for whole in wholes)
