"""Modules executed on paper, one inside of the other: those in no circle take the same course whenever they run."""

from __future__ import annotations

import ast
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from codemods.model import Place
from codemods.proof.importing.eager import Facts
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable

# What a statement is called, its module, and the statement.
Event = tuple[Hashable, str, ast.stmt]

# Imports inside of functions, with the module in which each stands.
Late = tuple[tuple[str, ast.Import | ast.ImportFrom], ...]


class Failed(Exception):
    """On paper, an import fails."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


class Stale(Exception):
    """A module that was taken to go as before is looked at before it is complete, or fails."""


# What a module does in its turn: it imports one of the tree, or one from outside; it looks at the names of a package
# above it; a statement that is an event runs.
RUN, OUTSIDE, LOOK, EVENT = range(4)


@dataclass
class Frame:
    """A module that is being executed, and what it does in its turn: (kind, what, whether an error is caught).

    ``closed``: nobody looks at it, and it looks at nobody, that is not complete.
    """

    path: str
    depth: int
    guarded: int
    closed: bool = True
    steps: dict[Hashable, tuple[int, Any, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """What a closed module does whenever it is executed, and the names that it has then."""

    steps: tuple[tuple[int, Any, bool], ...]
    bound: Mapping[str, Hashable]


@dataclass
class Run:
    """What happened while one module was imported first."""

    failed: Failed | None = None
    events: list[Event] = field(default_factory=list)
    versions: dict[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    outside: dict[str, Place] = field(default_factory=dict)
    bound: dict[str, dict[str, Hashable]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


class Executing:
    """The modules that have begun, what they bound so far, and what each of them does in its turn.

    ``inside``: the modules that are looked into; all others are taken to work as before. ``known``: what to call a
    statement, by the id of its node, so that two runs can be compared. ``told``: the statements that are events.
    ``courses``: what runs before this one found out; None for a run on its own. ``late``: the imports inside of
    functions that a statement may run, by the id of its node.
    """

    def __init__(
        self,
        side: Snapshot,
        inside: frozenset[str],
        known: Mapping[int, Hashable],
        facts: Facts,
        told: Collection[Hashable],
        courses: dict[str, Course] | None = None,
        late: Mapping[int, Late] = MappingProxyType({}),
    ) -> None:
        self.side = side
        self.inside = inside
        self.known = known
        self.run_ = Run()
        self.bound = self.run_.bound
        self.facts = facts
        self.told = told
        self.courses = courses
        self.late = late
        self._now: Hashable = None
        self._guarded = 0
        self._frames: list[Frame] = []
        self._open: dict[str, Frame] = {}

    def run(self, path: str) -> None:
        """Import the module at ``path``, its packages first. Raises Failed."""
        if path not in self.inside:
            self.run_.others.add(path)
        if path in self.bound or path not in self.inside:
            return
        parts = self.side.names.dotted(path).split(".")
        for count in range(1, len(parts)):
            parent = self.side.find(".".join(parts[:count]), path)
            if parent and parent != path:
                self.run(parent)
        self._execute(path)
        if len(parts) > 1:
            parent = self.side.find(".".join(parts[:-1]), path)
            if parent in self.bound:
                self.bound[parent][parts[-1]] = ("module", path)

    def _execute(self, path: str) -> None:
        if path in self.bound:
            return
        before, course = self._now, self.courses.get(path) if self.courses is not None else None
        frame = Frame(path, len(self._frames), self._guarded)
        self._frames.append(frame)
        self._open[path] = frame
        try:
            if course is not None:
                self._again(path, course)
                if not frame.closed:
                    raise Stale
            else:
                self._anew(path)
                if frame.closed and self.courses is not None:
                    steps = tuple(frame.steps.values())
                    self.courses[path] = Course(steps, dict(self.bound[path]))
        finally:
            self._frames.pop()
            del self._open[path]
        self._now = before

    def _anew(self, path: str) -> None:
        outline = self.side.outline(path)
        self.bound[path] = {}
        if outline is None:
            return
        for index, node in enumerate(outline.body):
            self._now = self.known.get(id(node), (path, index))
            for where, inner in self.late.get(id(node), ()):
                self._imports(where, inner)
            self._statement(path, node, outline)
            if self._now in self.told and not isinstance(node, (ast.Import, ast.ImportFrom)):
                event = (self._now, path, node)
                self.run_.events.append(event)
                self._step(EVENT, event)

    def _again(self, path: str, course: Course) -> None:
        """What the module did when it was executed before: nobody sees its names before it is complete."""
        bound = self.bound
        bound[path] = dict(course.bound)
        for kind, what, caught in course.steps:
            if kind == EVENT:
                self.run_.events.append(what)
            elif kind == OUTSIDE:
                if not self._guarded:
                    self.run_.outside.setdefault(*what)
            elif kind == LOOK:
                self._looks_at(what)
            elif what in bound:
                if what in self._open:
                    self._meets(what)
            else:
                self._guarded += caught
                try:
                    self.run(what)
                except Failed:
                    raise Stale from None
                finally:
                    self._guarded -= caught

    def _step(self, kind: int, what: Any) -> None:
        """Remember what the module that is being executed does."""
        if self._frames:
            frame = self._frames[-1]
            frame.steps.setdefault((kind, what), (kind, what, self._guarded > frame.guarded))

    def _meets(self, path: str) -> None:
        """Somebody imports a module that is not complete; that a module's own packages are not is always so."""
        if not self._is_above(path):
            self._looks_at(path)

    def _is_above(self, path: str) -> bool:
        """Is it a package of the module that is being executed?"""
        return path.endswith("/__init__.py") and self._frames[-1].path.startswith(path.removesuffix("__init__.py"))

    def _looks_at(self, path: str) -> None:
        """Somebody looks at the names of a module: if that is not complete yet, neither goes the same way each time."""
        if self._is_above(path):
            self._step(LOOK, path)
        frame = self._open.get(path)
        if frame is not None and frame is not self._frames[-1]:
            for other in self._frames[frame.depth :]:
                other.closed = False

    def _import(self, path: str) -> None:
        self._step(RUN, path)
        if path not in self.bound:
            self.run(path)
        elif path in self._open:
            self._meets(path)

    def _statement(self, path: str, node: ast.stmt, outline: SymbolTable) -> None:
        raise NotImplementedError

    def _imports(self, path: str, node: ast.Import | ast.ImportFrom) -> None:
        raise NotImplementedError
