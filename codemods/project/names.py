"""Paths to dotted module names and back, for every place that imports can start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.tree import Tree


class Names:
    """The module names of a tree.

    An import root is a folder that stands on ``sys.path``: the root of the tree, its ``src``, and the parent of
    each outermost regular package elsewhere. Folders without ``__init__.py`` are namespace packages.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Folders with an ``__init__.py``; the root of the tree is the empty string."""
        return frozenset(
            _parent(path) for path in self.tree.paths if path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")
        )

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Import roots, the most likely first."""
        found = {""}
        if any(path.startswith("src/") for path in self.tree.paths) and "src" not in self._packages:
            found.add("src")
        for folder in self._packages:
            while folder and _parent(folder) in self._packages:
                folder = _parent(folder)
            if folder:
                found.add(_parent(folder))
        return tuple(sorted(found, key=lambda root: (root != "src", root.count("/") if root else -1, root)))

    def root_of(self, path: str) -> str:
        """The import root below which a module is found by its own package."""
        folder = _parent(path)
        if folder in self._packages:
            while folder in self._packages and folder:
                folder = _parent(folder)
            known = [root for root in ("src", "") if root in self.roots and _below(path, root)]
            # A regular package inside a namespace package: the namespace's own root names it.
            inside = [root for root in known if folder == root]
            if inside or not known:
                return folder
            return known[0] if known[0] == "src" else folder
        return "src" if "src" in self.roots and _below(path, "src") else ""

    def dotted(self, path: str, root: str | None = None) -> str:
        """The dotted name of the module at ``path``, seen from an import root (default: its own)."""
        key = path, root
        if key not in self._dotted:
            self._dotted[key] = self._name(path, self.root_of(path) if root is None else root)
        return self._dotted[key]

    @cached_property
    def _dotted(self) -> dict[tuple[str, str | None], str]:
        return {}

    def _name(self, path: str, root: str) -> str:
        folder, _, file = (path[len(root) + 1 :] if root else path).rpartition("/")
        stem = file.rpartition(".")[0] or file
        parts = [*folder.split("/"), *([stem] if stem != "__init__" else [])]
        return ".".join(filter(None, parts))

    def package(self, path: str) -> str:
        """The package that relative imports in ``path`` start from; empty for a module beside no package."""
        name = self.dotted(path)
        if path.rpartition("/")[2].startswith("__init__."):
            return name
        return name.rpartition(".")[0]

    def absolute(self, path: str, module: str | None, level: int) -> str | None:
        """What ``from <level dots><module>`` in ``path`` means; None where it leaves the top package."""
        if not level:
            return module or ""
        parts = self.package(path).split(".") if self.package(path) else []
        if level > len(parts):
            return None
        base = parts[: len(parts) - (level - 1)]
        return ".".join([*base, module] if module else base)

    def written(self, path: str, module: str) -> str | None:
        """What a module is that ``path`` names as text, with its dots: ``..parts.status``."""
        level = len(module) - len(module.lstrip("."))
        return self.absolute(path, module[level:] or None, level)

    def find(self, dotted: str, importer: str = "") -> str | None:
        """The file of a module of the tree, or None: a package's is its ``__init__.py``."""
        # Whatever stands in one folder finds the same.
        folder = _parent(importer) if importer else None
        key = dotted, folder
        if key not in self._found:
            self._found[key] = self._find(dotted, folder) if dotted else None
        return self._found[key]

    def _find(self, dotted: str, folder: str | None) -> str | None:
        relative = dotted.replace(".", "/")
        top = relative.partition("/")[0]
        for root in (*self._near(folder), *self._holders.get(top, ())):
            stem = f"{root}/{relative}" if root else relative
            for path in (f"{stem}/__init__.py", f"{stem}.py"):
                if path in self.tree.paths:
                    return path
        if folder and folder not in self._packages:
            for path in (f"{folder}/{relative}/__init__.py", f"{folder}/{relative}.py"):
                if path in self.tree.paths:
                    return path
        return None

    @cached_property
    def _found(self) -> dict[tuple[str, str | None], str | None]:
        return {}

    def _near(self, folder: str | None) -> Iterator[str]:
        """The import roots around a folder, the innermost first."""
        while folder is not None:
            if folder in self._root_set:
                yield folder
            folder = _parent(folder) if folder else None

    @cached_property
    def _root_set(self) -> frozenset[str]:
        return frozenset(self.roots)

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """The import roots below which each top-level name stands, the most likely first."""
        held: dict[str, set[str]] = defaultdict(set)
        folders: set[str] = set()
        for path in self.tree.paths:
            folder, _, name = path.rpartition("/")
            folders.add(folder)
            if folder in self._root_set:
                held[name.partition(".")[0]].add(folder)
        for folder in folders:
            while folder:
                above, _, name = folder.rpartition("/")
                if above in self._root_set:
                    held[name].add(above)
                folder = above
        order = {root: index for index, root in enumerate(self.roots)}
        return {name: sorted(roots, key=order.__getitem__) for name, roots in held.items()}

    def prefix(self, dotted: str, path: str) -> str:
        """The import root by which ``dotted`` names the module at ``path``."""
        for root in self.roots:
            if _below(path, root) and self.dotted(path, root) == dotted:
                return root
        return self.root_of(path)

    def is_package(self, folder: str) -> bool:
        """Does this folder have an ``__init__.py``?"""
        return folder in self._packages


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _below(path: str, root: str) -> bool:
    return not root or path.startswith(root + "/")
