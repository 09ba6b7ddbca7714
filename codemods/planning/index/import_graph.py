"""Which modules of the tree are executed when one of them is imported, seen from their text alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import takewhile

from codemods.bindings import Import
from codemods.graphs import reaches, way
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable, imports


def runs_always(item: Import) -> bool:
    """Does an import run whenever its module does, at its top level and below no test?"""
    return item.function is None and not (item.typing_only or item.script or item.guarded)


class ImportGraph:
    """Imports that run while a module is imported; what stands in functions is left out."""

    def __init__(self, project: ProjectIndex) -> None:
        self.project = project

    def loads(self, start: str, goal: str, gone: Collection[int] = ()) -> bool:
        """Does importing the module at ``start`` execute that at ``goal``? Imports of these ids in ``start`` itself are
        to go. The packages around a module are not followed; those around both are
        executed before either, and are only followed by who takes a name of their own from them.

        Ways are looked for in the text of modules, and what stands on one is read: an import in the example of a
        docstring, or for type checkers, is none.
        """
        around = self._around(start, goal)
        read: set[str] = set()

        def following(path: str) -> Iterator[str]:
            return self._direct(path, around) if path in read else self._scanned(path, around)

        starts = list(self._direct(start, around, gone))
        while found := way(starts, goal, following, {start}):
            if read.issuperset(found[:-1]):
                return True
            read.update(found[:-1])
        return False

    def _around(self, start: str, goal: str) -> set[str]:
        """The packages in which both modules are, but for the two themselves."""
        names = self.project.names
        parts = (names.dotted(path).split(".") for path in (start, goal))
        shared = [one for one, _ in takewhile(lambda both: both[0] == both[1], zip(*parts, strict=False))]
        packages = (names.find(".".join(shared[:count]), start) for count in range(1, len(shared) + 1))
        return {path for path in packages if path is not None} - {start, goal}

    def always_loads(self, start: str, goal: str) -> bool:
        """The same, and nothing less: what stands below a test, and may not run, does not count."""
        return reaches([start], goal, self.always_loaded)

    def always_loaded(self, path: str, gone: Collection[int] = ()) -> Iterator[str]:
        """What the module imports itself, whatever is the case, but for the imports of these ids."""
        try:
            module = self.project.module(path)
        except (Unreadable, OSError):
            return
        for item in module.imports:
            if runs_always(item) and id(item) not in gone:
                yield from filter(None, (self.project.target(module, item), self.project.submodule(module, item)))

    def _direct(self, start: str, around: Collection[str], gone: Collection[int] = ()) -> Iterator[str]:
        """What the module itself imports at run time, at its top level; of packages ``around`` only names."""
        try:
            module = self.project.module(start)
        except (Unreadable, OSError):
            yield from self._scanned(start, around)
            return
        for item in module.imports:
            if item.function is not None or item.typing_only or item.script or id(item) in gone:
                continue
            target, inner = self.project.target(module, item), self.project.submodule(module, item)
            named = target not in around or (inner is None and item.attribute is not None)
            if target is not None and named:
                yield target
            if inner is not None:
                yield inner

    def _scanned(self, path: str, around: Collection[str]) -> Iterator[str]:
        """The same of others, which may count imports for type checkers too."""
        try:
            found = list(imports(self.project.tree.peek(path)))
        except OSError:
            return
        for one in found:
            dotted = self.project.names.written(path, one.module) if not one.late else None
            target = self.project.names.find(dotted, path) if dotted else None
            inner = [self.project.names.find(f"{dotted}.{name}", path) for name in one.names] if dotted else []
            if target is not None and (target not in around or None in inner):
                yield target
            yield from filter(None, inner)
