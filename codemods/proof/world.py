"""One state of the tree as the prover sees it: modules by path and by dotted name, each read once."""

from __future__ import annotations

from codemods.project import Names, Source, Tree, Unreadable
from codemods.proof.outline import Outline


class Library:
    """Files read once for both states: what did not change is the same object in both."""

    def __init__(self) -> None:
        self._outlines: dict[tuple[str, bytes], Outline | Unreadable] = {}

    def outline(self, path: str, raw: bytes) -> Outline:
        """The outline of a file. Raises Unreadable."""
        key = (path, raw)
        if key not in self._outlines:
            try:
                found = Outline(Source(path, raw))
                _ = found.tree
                self._outlines[key] = found
            except Unreadable as error:
                self._outlines[key] = error
            except (ValueError, RecursionError, MemoryError) as error:
                from codemods.model import Place

                self._outlines[key] = Unreadable(Place(path), f"it can't be read ({error or type(error).__name__})")
        result = self._outlines[key]
        if isinstance(result, Unreadable):
            raise result
        return result


class World:
    """A tree with its module names."""

    def __init__(self, tree: Tree, library: Library, label: str) -> None:
        self.tree = tree
        self.names = Names(tree)
        self.library = library
        self.label = label
        self._found: dict[tuple[str, str], str | None] = {}
        self._dotted: dict[str, str] = {}
        self._outlines: dict[str, Outline | None] = {}
        self.folders = frozenset(_folders(tree.paths))

    def raw(self, path: str) -> bytes | None:
        """The bytes of a file; None where it is not there or can't be read."""
        if path not in self.tree.paths:
            return None
        try:
            return self.tree.read(path)
        except OSError:
            return None

    def outline(self, path: str) -> Outline | None:
        """The top level of a module; None where there is no such file, or Python can't read it."""
        if path not in self._outlines:
            raw = self.raw(path)
            try:
                self._outlines[path] = None if raw is None else self.library.outline(path, raw)
            except Unreadable:
                self._outlines[path] = None
        return self._outlines[path]

    def find(self, dotted: str, importer: str) -> str | None:
        """The file that ``dotted`` names when ``importer`` imports it."""
        key = (dotted, importer.rpartition("/")[0])
        if key not in self._found:
            self._found[key] = self.names.find(dotted, importer)
        return self._found[key]

    def dotted(self, path: str) -> str:
        if path not in self._dotted:
            self._dotted[path] = self.names.dotted(path)
        return self._dotted[path]

    def is_namespace(self, dotted: str, importer: str) -> bool:
        """Is ``dotted`` a folder of modules without an ``__init__.py``?"""
        relative = dotted.replace(".", "/")
        return any((f"{root}/{relative}" if root else relative) in self.folders for root in self.names.roots)

    def parents(self, path: str) -> list[str]:
        """The ``__init__.py`` files that run before the module at ``path`` does, outermost first."""
        parts = self.dotted(path).split(".")
        found = (self.find(".".join(parts[:count]), path) for count in range(1, len(parts)))
        return [parent for parent in found if parent and parent != path]


def _folders(paths: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        if not path.endswith((".py", ".pyi")):
            continue
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
