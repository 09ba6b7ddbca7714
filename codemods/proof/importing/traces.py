"""Simulated execution of modules at import time; a module in no import cycle has the same trace whenever it runs."""

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
Deferred = tuple[tuple[str, ast.Import | ast.ImportFrom], ...]


class Failed(Exception):
    """A simulated import fails with ``error``: ``name`` is not bound yet."""

    def __init__(self, place: Place, name: str, message: str, error: type[Exception]) -> None:
        super().__init__(message)
        self.place = place
        self.name = name
        self.error = error


class Stale(Exception):
    """A module whose trace was replayed is read while partially initialized, or fails: the trace does not hold."""


# The steps of a trace: the module imports one of the tree, or one from outside; it reads names of a package above it;
# a statement with a side effect runs.
RUN, OUTSIDE, LOOK, EVENT = range(4)


@dataclass
class Frame:
    """A module that is being executed, and its steps: (kind, what, whether an error is caught).

    ``repeatable``: each execution leaves the same trace, since nobody reads the module while it is partially
    initialized, and it reads no such module.
    """

    path: str
    depth: int
    guarded: int
    repeatable: bool = True
    steps: dict[Hashable, tuple[int, Any, bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """The import trace of a repeatable module, the same at each execution, and the names that it has then."""

    steps: tuple[tuple[int, Any, bool], ...]
    bound: Mapping[str, Hashable]


@dataclass
class Run:
    """What happened while one module was imported first."""

    failed: Failed | None = None
    events: list[Event] = field(default_factory=list)
    versions: dict[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    caught: list[tuple[Hashable, Failed]] = field(default_factory=list)  # (the statement that catches it, what failed)
    outside: dict[str, Place] = field(default_factory=dict)
    bound: dict[str, dict[str, Hashable]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


class Executing:
    """The modules that have begun, what they bound so far, and the steps of each.

    ``simulated``: the modules that are executed step by step; all others are taken to work as before. ``labels``: what
    to call a statement, by the id of its node, so that two runs can be compared. ``effectful``: those to be noted.
    ``traces``: what earlier runs recorded; None for a run on its own. ``deferred``: the imports inside of functions
    that a statement may run, by the id of its node.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        simulated: frozenset[str],
        labels: Mapping[int, Hashable],
        facts: Facts,
        effectful: Collection[Hashable],
        traces: dict[str, Trace] | None = None,
        deferred: Mapping[int, Deferred] = MappingProxyType({}),
    ) -> None:
        self.snapshot = snapshot
        self.simulated = simulated
        self.labels = labels
        self.run_ = Run()
        self.bound = self.run_.bound
        self.facts = facts
        self.effectful = effectful
        self.traces = traces
        self.deferred = deferred
        self._now: Hashable = None
        self._guarded = 0
        self._frames: list[Frame] = []
        self._open: dict[str, Frame] = {}
        self._asking: list[str] = []  # modules whose ``__getattr__`` runs
        self._script = ""  # a module that is run as a script: its main guard holds

    def run(self, path: str) -> None:
        """Import the module at ``path``, its packages first. Raises Failed."""
        if path not in self.simulated:
            self.run_.others.add(path)
        if path in self.bound or path not in self.simulated:
            return
        above, name = self.facts.above(path)
        for parent in above:
            if parent and parent != path:
                self.run(parent)
        if path in self.bound:  # a package imported it: what that bound by its name since stays
            return
        self._execute(path)
        if above and above[-1] in self.bound:
            self.bound[above[-1]][name] = ("module", path)

    def _execute(self, path: str) -> None:
        if path in self.bound:
            return
        before, trace = self._now, self.traces.get(path) if self.traces is not None else None
        frame = Frame(path, len(self._frames), self._guarded)
        self._frames.append(frame)
        self._open[path] = frame
        try:
            if trace is not None:
                self._replay(path, trace)
                if not frame.repeatable:
                    raise Stale
            else:
                self._execute_statements(path)
                if frame.repeatable and self.traces is not None:
                    steps = tuple(frame.steps.values())
                    self.traces[path] = Trace(steps, dict(self.bound[path]))
        finally:
            self._frames.pop()
            del self._open[path]
        self._now = before

    def _execute_statements(self, path: str) -> None:
        symbols = self.snapshot.symbols(path)
        self.bound[path] = {}
        if symbols is None:
            return
        for index, node in enumerate(symbols.body):
            self._now = self.labels.get(id(node), (path, index))
            for where, inner in self.deferred.get(id(node), ()):
                self._imports(where, inner)
            self._statement(path, node, symbols)
            if self._now in self.effectful and not isinstance(node, (ast.Import, ast.ImportFrom)):
                event = (self._now, path, node)
                self.run_.events.append(event)
                self._step(EVENT, event)

    def _replay(self, path: str, trace: Trace) -> None:
        """The steps of an earlier execution again: nobody reads the module while it is partially initialized."""
        bound = self.bound
        bound[path] = dict(trace.bound)
        for kind, what, caught in trace.steps:
            if kind == EVENT:
                self.run_.events.append(what)
            elif kind == OUTSIDE:
                if not self._guarded:
                    self.run_.outside.setdefault(*what)
            elif kind == LOOK:
                self._reads_names_of(what)
            elif what in bound:
                if what in self._open:
                    self._imports_incomplete(what)
            else:
                self._guarded += caught
                try:
                    self.run(what)
                except Failed:
                    raise Stale from None
                finally:
                    self._guarded -= caught
        bound[path].update(trace.bound)  # a submodule that ran was bound in it before what the module says itself

    def _step(self, kind: int, what: Any) -> None:
        """Remember what the module that is being executed does."""
        if self._frames:
            frame = self._frames[-1]
            frame.steps.setdefault((kind, what), (kind, what, self._guarded > frame.guarded))

    def _imports_incomplete(self, path: str) -> None:
        """A partially initialized module is imported; a module's own packages are always partially initialized."""
        if not self._is_above(path):
            self._reads_names_of(path)

    def _is_above(self, path: str) -> bool:
        """Is it a package of the module that is being executed?"""
        return path.endswith("/__init__.py") and self._frames[-1].path.startswith(path.removesuffix("__init__.py"))

    def _reads_names_of(self, path: str) -> None:
        """Names of a module are read: while it is partially initialized, neither trace may be replayed."""
        if self._is_above(path):
            self._step(LOOK, path)
        frame = self._open.get(path)
        if frame is not None and frame is not self._frames[-1]:
            for other in self._frames[frame.depth :]:
                other.repeatable = False

    def _import(self, path: str) -> None:
        self._step(RUN, path)
        if path not in self.bound:
            self.run(path)
        elif path in self._open:
            self._imports_incomplete(path)

    def _statement(self, path: str, node: ast.stmt, symbols: SymbolTable) -> None:
        raise NotImplementedError

    def _imports(self, path: str, node: ast.Import | ast.ImportFrom) -> None:
        raise NotImplementedError
