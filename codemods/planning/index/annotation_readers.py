"""Who reads annotations at run time: a framework that does, in a module that meets the source in some program; or code
of the tree that makes objects of them by itself, wherever it stands, for it may be given anything."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from functools import cached_property

from codemods.bindings import Module, Moment
from codemods.frameworks import resolves_by_itself, resolving_words
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable, imports

_READERS = frozenset({"__annotations__", "get_annotations", "fields", "getfullargspec", "signature"})


class Resolved(Enum):
    """Whose text annotations are turned into objects while a program runs.

    ``FAR``: a reader stands in another top-level package, and does not import the source. It is given classes and
    functions of the source by whoever imports both; most likely by decorators and base classes alone, ``EXPOSED``.
    """

    NONE = "nobody's"
    EXPOSED = "those of what decorators and base classes of other packages get hold of"
    FAR = "everybody's, as far as is known"
    ALL = "everybody's"


def resolved_hints(project: ProjectIndex, source: str) -> Resolved:
    """Does somebody turn the text of annotations in ``source`` into objects?"""
    if not _has_text(project.module(source)):
        return Resolved.NONE
    by_hand = resolves_by_itself(project.tree, _code(project))
    if by_hand and resolves_by_itself(project.tree, _code(project), lambda path: _is_near(path, source)):
        return Resolved.ALL
    readers = _readers_beside(project, source, frozenset(_resolving(project, source)))
    graph = _Graph(project)
    if any(_is_near(path, source) or source in graph.imported(path) for path in readers):
        return Resolved.ALL
    return Resolved.FAR if by_hand or readers else Resolved.NONE


def _is_near(path: str, source: str) -> bool:
    """Do two files stand below one top-level folder, or one of them in none?"""
    return "/" not in path or "/" not in source or path.partition("/")[0] == source.partition("/")[0]


def resolves_hints(project: ProjectIndex, source: str) -> bool:
    return resolved_hints(project, source) is not Resolved.NONE


def reads_annotations(project: ProjectIndex, source: str) -> bool:
    """Does a module that runs in one program with ``source`` look at annotations at all?"""
    return _used_beside(project, source, _READERS | frozenset(_resolving(project, source)))


def reads_them_itself(project: ProjectIndex, source: str) -> bool:
    """Does a module that runs in one program with ``source`` read annotations as they are, text or objects?"""
    return _used_beside(project, source, _READERS)


def _resolving(project: ProjectIndex, source: str) -> Iterator[str]:
    return resolving_words(project.tree, project.module(source).source.text)


def _code(project: ProjectIndex) -> Callable[[str], str]:
    def text(path: str) -> str:
        try:
            return project.module(path).source.text
        except (Unreadable, OSError):
            return ""

    return text


def _has_text(module: Module) -> bool:
    """Are there annotations that are text until somebody resolves them, and that name what the module defines?"""
    own = module.definitions.keys()
    texts = (r for s in module.statements for r in s.references if r.annotation and r.moment is Moment.TYPING)
    return any(r.name in own for r in texts)


def _used_beside(project: ProjectIndex, source: str, words: frozenset[str]) -> bool:
    return bool(_readers_beside(project, source, words))


def _readers_beside(project: ProjectIndex, source: str, words: frozenset[str]) -> list[str]:
    """The modules that use one of the words and run in one program with the source; those nearest are enough."""
    mentioning = {path for path in project.tree.code_with(words) if path.endswith(".py")}
    if not mentioning:
        return []
    graph = _Graph(project)
    near = graph.reach({source}, graph.imported)
    # What the source itself runs with is cheap to find; who imports it, only after reading every file.
    if found := [path for path in sorted(near & mentioning) if _uses(project, path, words)]:
        return found
    programs = graph.reach({source}, graph.importing)
    beside = graph.reach(programs, graph.imported) - near
    return [path for path in sorted(beside & mentioning) if _uses(project, path, words)]


def _uses(project: ProjectIndex, path: str, words: frozenset[str]) -> bool:
    """Does one of the words stand in code, not only in text?"""
    try:
        tree = project.module(path).source.tree
    except Unreadable:
        return False
    asked = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call) and not n.args and not n.keywords}
    # A method of the tree that is called like one of these functions may be called without anything.
    return any(id(node) not in asked and not words.isdisjoint(_words(node)) for node in ast.walk(tree))


def _words(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value="__annotations__" as name):
            yield name
        case ast.ImportFrom(module=module, names=names):
            yield from (module or "").split(".")
            yield from (alias.name for alias in names)
        case ast.Import(names=names):
            yield from (part for alias in names for part in alias.name.split("."))
        case _:
            return


class _Graph:
    """Which files of the tree import which, read from their bytes."""

    def __init__(self, project: ProjectIndex) -> None:
        self.project = project
        self._imported: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, str], frozenset[str]] = {}

    def imported(self, path: str) -> frozenset[str]:
        """The files that one file imports."""
        if path not in self._imported:
            try:
                raw = self.project.tree.peek(path)
            except OSError:
                raw = b""
            targets = frozenset().union(*(self._targets(path, found.module, found.names) for found in imports(raw)))
            self._imported[path] = targets
        return self._imported[path]

    def importing(self, path: str) -> set[str]:
        """The files that import one file."""
        return self._importers.get(path, set())

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for path in self.project.tree.paths:
            if path.endswith(".py"):
                for target in self.imported(path):
                    found[target].add(path)
        return dict(found)

    def reach(self, starts: set[str], following: Callable[[str], Collection[str]]) -> set[str]:
        """What is reached from these files, themselves included."""
        seen, todo = set(starts), deque(starts)
        while todo:
            for path in following(todo.popleft()):
                if path not in seen:
                    seen.add(path)
                    todo.append(path)
        return seen

    def _targets(self, path: str, module: str, names: tuple[str, ...]) -> frozenset[str]:
        dotted = self.project.names.written(path, module)
        if dotted is None:
            return frozenset()
        wholes = [f"{dotted}.{name}" for name in names] if names else [dotted]
        return frozenset().union(*(self._files(whole, path) for whole in wholes))

    def _files(self, dotted: str, importer: str) -> frozenset[str]:
        """Importing a.b.c imports a and a.b too."""
        key = dotted, importer.rpartition("/")[0]
        if key not in self._found:
            head = dotted.rpartition(".")[0]
            file = self.project.names.find(dotted, importer)
            above = self._files(head, importer) if head else frozenset()
            self._found[key] = above | {file} if file else above
        return self._found[key]
