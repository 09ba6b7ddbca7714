"""The tree as planning asks about it: modules parsed once, who mentions a name, who imports a module."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from codemods.bindings import Import, Module
from codemods.project import Tree, Unreadable
from codemods.project.call_scan import defined
from codemods.project.import_scan import star_importers


class ProjectIndex:
    """A tree with its parsed modules."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = tree.names
        self._modules: dict[str, Module] = {}
        self.unreadable: dict[str, Unreadable] = {}

    def module(self, path: str) -> Module:
        """The module at a path; raises Unreadable."""
        if path not in self._modules:
            try:
                source = self.tree.source(path)
            except Unreadable as error:
                self.unreadable[path] = error
                raise
            self._modules[path] = Module(source)
        return self._modules[path]

    def mentions(self, *words: str) -> Iterator[str]:
        """Files in whose bytes one of the words stands, as a word."""
        yield from sorted(self.tree.code_with(words) | self.tree.texts_with(words))

    def modules_mentioning(self, *words: str, among: Collection[str] | None = None) -> Iterator[Module]:
        """The Python modules among them that can be parsed; the others are remembered as unreadable."""
        yield from self.modules_at(path for path in sorted(self.tree.code_with(words, among)) if path.endswith(".py"))

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names of all functions, methods and classes of the tree."""
        return defined(self.tree)

    def star_importers(self, *words: str) -> Iterator[Module]:
        """The Python modules that mention one of the words and have a star import."""
        yield from self.modules_at(star_importers(self.tree, words))

    def modules_at(self, paths: Iterable[str]) -> Iterator[Module]:
        """Those of these files that can be parsed; the others are remembered as unreadable."""
        for path in paths:
            try:
                yield self.module(path)
            except Unreadable:
                continue

    def target(self, module: Module, item: Import) -> str | None:
        """The file of the tree that an import names as its module, or None."""
        dotted = self.names.absolute(module.path, item.module or None, item.level)
        return self.names.find(dotted, module.path) if dotted is not None else None

    def submodule(self, module: Module, item: Import) -> str | None:
        """The file that ``from package import name`` names, where the name is a module."""
        if item.attribute is None:
            return None
        dotted = self.names.absolute(module.path, item.module or None, item.level)
        return self.names.find(f"{dotted}.{item.attribute}" if dotted else item.attribute, module.path)

    def origin(self, path: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> tuple[str, str] | None:
        """Where a name of a module of the tree is defined, through imports: (path, name); None if outside."""
        if (path, name) in seen:
            return None
        try:
            module = self.module(path)
        except (Unreadable, OSError):
            return None
        if name in module.definitions:
            return path, name
        for item in module.top_imports.get(name, ()):
            target = self.target(module, item)
            if target is not None and item.attribute is not None:
                return self.origin(target, item.attribute, seen | {(path, name)})
        for star in module.stars:
            target = self.target(module, star)
            if target is not None and self.exports(target, name):
                return self.origin(target, name, seen | {(path, name)})
        return None

    def exports(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Does ``from <module at path> import *`` bring this name?"""
        if path in seen:
            return False
        try:
            module = self.module(path)
        except (Unreadable, OSError):
            return False
        if module.exported is not None and (name in module.exported or not module.lists_others):
            return name in module.exported
        if name.startswith("_"):
            return False
        if name in module.binds:
            return True
        targets = (self.target(module, star) for star in module.stars)
        return any(t is not None and self.exports(t, name, seen | {path}) for t in targets)
