"""Importers that need no simulated import of their own: of each, only imports of modules in no import cycle change.

Partially initialized modules are what an import can fail for, and only modules of one cycle see one another so. Where
the modules whose code changes (``rest``: the source and the destination, as a rule) lie in no cycle, and nothing that
they import leads into one, each is complete whenever its import returns. An importer in which nothing changes but
imports of these, and that binds the same names before each of its other statements, then goes through its cycle as it
did: every other statement stands where it stood, and finds what it found. The modules of ``rest`` are simulated; what
they bind, and which libraries they load, holds for all who import them.

A package is executed before what lies below it, whoever asks. So a cycle of which all members lie below a package that
``rest`` lies in as well is complete before any of ``rest`` begins.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from codemods.graphs import strongly_connected
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.traces import Run
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.resolution import Snapshot

_Import = ast.Import | ast.ImportFrom
_Simulate = Callable[[str], Run]
# Modules of the tree that imports execute, each with the name that is taken from it, if any.
_Loaded = list[tuple[str, str]]


def rewritten_importers(comparison: Comparison, before: _Simulate, after: _Simulate) -> frozenset[str]:
    """Changed modules whose import works as it did, as far as names, libraries and cycles go; none where that can't be
    told without simulating them."""
    if comparison.lazy or comparison.lazy_before or comparison.unreadable:
        return frozenset()
    found: dict[str, tuple[_Loaded, _Loaded]] = {}
    for path in comparison.changed:
        both = _changed_imports(comparison, path)
        if both is not None:
            one, two = _loaded(comparison.before, path, both[0]), _loaded(comparison.after, path, both[1])
            found |= {path: (one, two)} if one is not None and two is not None else {}
    loaded = {module for both in found.values() for some in both for module, _ in some}
    rest = [path for path in comparison.changed if path not in found and path in loaded]
    edited = [path for path in comparison.changed if path not in found and path not in loaded]
    before, after = cache(before), cache(after)
    programs = [(s, s.one(Graph), run) for s, run in ((comparison.before, before), (comparison.after, after))]
    if not found or not all(_complete(*program, rest, comparison.changed) for program in programs):
        return frozenset()
    work = _Importers(comparison, rest, before, after)
    reaching = {path for _, graph, _ in programs for path in _reaching(graph, edited, found)}
    return frozenset(path for path, both in found.items() if path not in reaching and work.same(path, *both))


def _reaching(graph: Graph, goals: Sequence[str], starts: Iterable[str]) -> set[str]:
    """The modules that import one of the goals, directly or by others, as far as the starts lead to them."""
    importers: dict[str, set[str]] = {}
    for path in graph.closure(starts) if goals else ():
        for target in graph.edges(path):
            importers.setdefault(target, set()).add(path)
    found, todo = set(goals), list(goals)
    while todo:
        new = importers.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _changed_imports(comparison: Comparison, path: str) -> tuple[list[_Import], list[_Import]] | None:
    """(imports that are gone, imports that are new), if nothing else of a module changes; each is a statement of the
    module itself, and binds the same names before each of the others."""
    if path not in comparison.old.paths or path not in comparison.new.paths:
        return None
    old, new = comparison.old_statements[path], comparison.new_statements[path]
    if len(old) == 0 or len(new) == 0:
        return None
    kept = Counter(s.text for s in old) & Counter(s.text for s in new)
    (gone, one), (come, two) = (_without(statements, Counter(kept)) for statements in (old, new))
    if one != two or not all(isinstance(s.node, _Import) for s in (*gone, *come)):
        return None
    bound_old, bound_new = (_bound_before(s, {id(c) for c in changed}) for s, changed in ((old, gone), (new, come)))
    if len(bound_old) != len(bound_new) or not all(a <= b for a, b in zip(bound_old, bound_new, strict=True)):
        return None
    names = bound_new[-1]
    if names != bound_old[-1] or any(
        _times_bound(s[0].snapshot, path, name) != 1 for s in (old, new) for name in names
    ):
        return None
    return [s.node for s in gone], [s.node for s in come]


def _without(statements: Sequence, kept: Counter[str]) -> tuple[list, list[str]]:  # type: ignore[type-arg]
    """(those that only this tree has, the texts of the others, in their order)."""
    own, others = [], []
    for statement in statements:
        if kept[statement.text] > 0:
            kept[statement.text] -= 1
            others.append(statement.text)
        else:
            own.append(statement)
    return own, others


def _bound_before(statements: Sequence, changed: set[int]) -> list[frozenset[str]]:  # type: ignore[type-arg]
    """The names that changed imports bind before each of the other statements, and at the end."""
    found: list[frozenset[str]] = []
    names: frozenset[str] = frozenset()
    for statement in statements:
        if id(statement) in changed:
            names |= {_binds(statement.node, alias) for alias in statement.node.names}
        else:
            found.append(names)
    return [*found, names]


def _binds(node: _Import, alias: ast.alias) -> str:
    return alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)


def _complete(
    snapshot: Snapshot, graph: Graph, simulate: _Simulate, rest: Iterable[str], changed: Iterable[str]
) -> bool:
    """Is each of these modules complete whenever its import returns, and does it see none that is not?"""
    there = [path for path in rest if path in snapshot.tree.paths]
    reached = graph.closure(there)
    package = _around(snapshot, there)
    first = graph.closure([f"{package}/__init__.py"]) if package else frozenset[str]()
    if not first.isdisjoint(changed):
        return False
    cycles = (c for c in strongly_connected({path: graph.edges(path) for path in sorted(reached)}) if len(c) > 1)
    if not all(first.issuperset(cycle) and all(path.startswith(f"{package}/") for path in cycle) for cycle in cycles):
        return False
    runs = map(simulate, there)
    return all(run.failed is None and reached.issuperset([*run.bound, *run.others]) for run in runs)


def _around(snapshot: Snapshot, paths: Sequence[str]) -> str:
    """The folder of the outermost package that all of these lie in."""
    folders = [path.rpartition("/")[0] for path in paths]
    parts = folders[0].split("/") if folders else []
    above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    common = (folder for folder in above if all(f"{other}/".startswith(f"{folder}/") for other in folders))
    return next((folder for folder in common if snapshot.names.is_package(folder)), "")


class _Importers:
    """What the modules that were simulated say of those that import them."""

    def __init__(self, comparison: Comparison, rest: Sequence[str], before: _Simulate, after: _Simulate) -> None:
        self.comparison = comparison
        old, new = comparison.old.paths, comparison.new.paths
        self.before = {path: before(path) for path in rest if path in old}
        self.after = {path: after(path) for path in rest if path in new}
        self.kept = all(
            path in self.after and self.after[path].bound[path].keys() >= run.bound[path].keys()
            for path, run in self.before.items()
        )

    def same(self, path: str, gone: _Loaded, come: _Loaded) -> bool:
        if not self.kept or not all(self._is_of_rest(module, self.before) for module, _ in gone):
            return False
        if not all(self._finds(module, name) for module, name in come):
            return False
        return _libraries(self.after, come) <= _libraries(self.before, gone)

    def _is_of_rest(self, module: str, runs: dict[str, Run]) -> bool:
        return module in runs or any(path.startswith(module.removesuffix("__init__.py")) for path in runs)

    def _finds(self, module: str, name: str) -> bool:
        """Is what an import takes bound when the module is complete? Of a package it may be a module below it."""
        if module in self.after:
            return not name or name in self.after[module].bound[module]
        return not name and self._is_of_rest(module, self.after)


def _loaded(snapshot: Snapshot, path: str, nodes: Iterable[_Import]) -> _Loaded | None:
    """None where one is not of the tree, or takes all names."""
    found: list[tuple[str, str]] = []
    for node in nodes:
        for alias in node.names:
            if isinstance(node, ast.Import):
                module, name = snapshot.find(alias.name, path), ""
            else:
                base = snapshot.absolute(path, node)
                inner = snapshot.find(f"{base}.{alias.name}", path)
                module, name = (inner, "") if inner else (snapshot.find(base, path), alias.name)
            if module is None or name == "*":
                return None
            found.append((module, name))
    return found


def _times_bound(snapshot: Snapshot, path: str, name: str) -> int:
    symbols = snapshot.symbols(path)
    return sum(not bound.typing for bound in symbols.binds.get(name, ())) if symbols is not None else 0


def _libraries(runs: dict[str, Run], loaded: _Loaded) -> set[str]:
    """What is imported from outside of the tree along with these modules."""
    return {d.partition(".")[0] for module, _ in loaded if module in runs for d in runs[module].outside}
