"""Paths to dotted module names and back, for every place that imports can start from."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.project.folder_evidence import FolderEvidence
from codemods.project.roots import configured, inserted
from codemods.project.scripts import started_in

if TYPE_CHECKING:
    from codemods.project.files import Files


class Names:
    """The module names of a tree.

    An import root is a folder that stands on ``sys.path``: the root of the tree, its ``src``, what the settings name,
    and the parent of each outermost regular package elsewhere. Folders without ``__init__.py`` are namespace packages,
    unless their files import one another as top-level modules, pytest collects from them, or no import could name
    them: then they are roots for the files in them.
    """

    def __init__(self, tree: Files) -> None:
        self.tree = tree

    @cached_property
    def packages(self) -> frozenset[str]:
        """Folders with an ``__init__.py``; the root of the tree is the empty string."""
        return frozenset(
            _parent(path) for path in self.tree.paths if path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")
        )

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Import roots, the most likely first."""
        found = {"", *self.configured, *configured(self.tree)}
        for folder in self.packages:
            while folder and _parent(folder) in self.packages:
                folder = _parent(folder)
            if folder:
                found.add(_parent(folder))
        return tuple(sorted(found, key=lambda root: (root != "src", root.count("/") if root else -1, root)))

    @cached_property
    def configured(self) -> frozenset[str]:
        """Roots that stand on the path for sure: what the settings name, and ``src``."""
        found = {root for root in configured(self.tree) if root not in self.packages}
        if any(path.startswith("src/") for path in self.tree.paths) and "src" not in self.packages:
            found.add("src")
        return frozenset(found)

    def root_of(self, path: str) -> str:
        """The import root below which a module is found by its own package."""
        folder = _parent(path)
        if folder in self.packages:
            while folder in self.packages and folder:
                folder = _parent(folder)
            # A regular package inside a namespace package: the namespace's own root names it.
            above = self.configured_above(folder)
            return above if above else folder
        here: str | None = folder
        while here:
            if self.flat(here):
                return here
            here = _parent(here) if here not in self.configured else None
        return self._folders.root_above(folder) or self.configured_above(folder)

    def holder_above(self, folder: str, dotted: str) -> str:
        """The innermost folder above, other than the root of the tree, that has this module; only of dotted names."""
        top, _, rest = dotted.partition(".")
        if not top or not rest or top in sys.stdlib_module_names:
            return ""
        return next((here for here in _ancestors(folder) if here and self._below(here, dotted) is not None), "")

    def rooted(self, dotted: str) -> bool:
        return any(self._below(root, dotted) is not None for root in self.holders.get(dotted.partition(".")[0], ()))

    def stands_elsewhere(self, dotted: str, folder: str) -> bool:
        """Is this a module below an import root that does not stand in this folder?"""
        found = (self._below(root, dotted) for root in self.holders.get(dotted.partition(".")[0], ()))
        return any(path is not None and path.rpartition("/")[0] != folder for path in found)

    @cached_property
    def _folders(self) -> FolderEvidence:
        return FolderEvidence(self)

    def configured_above(self, folder: str) -> str:
        """The innermost configured root that a folder stands in, or the root of the tree."""
        while folder and folder not in self.configured:
            folder = _parent(folder)
        return folder

    def roots_of(self, path: str) -> tuple[str, ...]:
        """The roots by which a file may be found: its own, and its folder where somebody starts a file of it."""
        own, folder = self.root_of(path), _parent(path)
        return (own,) if folder == own or started_in(self.tree, folder) is None else (own, folder)

    def flat(self, folder: str) -> bool:
        """Are the modules of this folder, which is no package, top-level modules for one another?"""
        if folder not in self._flat:
            self._flat[folder] = bool(folder) and folder not in self.packages and self._folders.are_top_level(folder)
        return self._flat[folder]

    @cached_property
    def _flat(self) -> dict[str, bool]:
        return {}

    def stands(self, top: str, root: str) -> bool:
        """Is there a module or package of this name right below an import root?"""
        stem = f"{root}/{top}" if root else top
        return f"{stem}.py" in self.tree.paths or self.is_package(stem) or root in self.holders.get(top, ())

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
        if self._found[key] is None and importer:
            return self._through_inserted(dotted, importer)
        return self._found[key]

    def _through_inserted(self, dotted: str, importer: str) -> str | None:
        """The same for a file that puts folders on ``sys.path`` itself, or whose ``conftest.py`` does."""
        for root in self.inserted(importer):
            found = self._below(root, dotted)
            if found is not None:
                return found
        return None

    def inserted(self, importer: str) -> tuple[str, ...]:
        """The folders that a file, or a ``conftest.py`` above it, puts on ``sys.path``."""
        if importer not in self._inserted:
            folder = _parent(importer)
            found = [*inserted(self.tree, importer)]
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            if conftest == importer or conftest not in self.tree.paths:
                conftest = f"{_parent(folder)}/conftest.py" if _parent(folder) else "conftest.py"
            if conftest in self.tree.paths and conftest != importer and folder:
                found += self.inserted(conftest)
            self._inserted[importer] = tuple(dict.fromkeys(found))
        return self._inserted[importer]

    @cached_property
    def _inserted(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _below(self, root: str, dotted: str) -> str | None:
        relative = dotted.replace(".", "/")
        stem = f"{root}/{relative}" if root else relative
        return next((path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in self.tree.paths), None)

    def _find(self, dotted: str, folder: str | None) -> str | None:
        flat = folder and folder not in self.packages
        first = [folder] if folder and flat and self.flat(folder) else []
        for root in (*first, *self._near(folder), *self.holders.get(dotted.partition(".")[0], ())):
            found = self._below(root, dotted)
            if found is not None:
                return found
        if folder and flat and (found := self._below(folder, dotted)) is not None:
            return found
        above = self.holder_above(folder, dotted) if folder else ""
        return self._below(above, dotted) if above else None

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
    def holders(self) -> dict[str, list[str]]:
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
        own = self.root_of(path)
        for root in (own, *self.roots, *_ancestors(path)):
            if _below(path, root) and self.dotted(path, root) == dotted:
                return root
        return own

    def is_package(self, folder: str) -> bool:
        """Does this folder have an ``__init__.py``?"""
        return folder in self.packages


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _ancestors(path: str) -> Iterator[str]:
    while path:
        path = _parent(path)
        yield path


def _below(path: str, root: str) -> bool:
    return not root or path.startswith(root + "/")
