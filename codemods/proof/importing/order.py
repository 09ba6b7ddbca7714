"""Module-level imports simulated, each touched module first: names are bound when they are read."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.bound_below import bound_below
from codemods.proof.importing.deferred_imports import new_deferred_imports
from codemods.proof.importing.eager import Facts
from codemods.proof.importing.fallbacks import fallbacks
from codemods.proof.importing.optional_libraries import optional
from codemods.proof.importing.rewritten_importers import rewritten_importers
from codemods.proof.importing.side_effects import Effects
from codemods.proof.importing.simulation import ImportSimulation
from codemods.proof.importing.subclasses import is_heard
from codemods.proof.importing.traces import Deferred, Event, Run, Trace
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import is_main_guard
from codemods.proof.statements.pairing import Pair

SAYS = "imported first, each touched module reads no name before it is bound"


class Importing:
    """Both trees, ready for simulated imports."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.effects = _Effects(comparison)
        pairs = list(enumerate(comparison.pairing.pairs))
        rebound = _rebound(comparison.before, comparison) | _rebound(comparison.after, comparison)
        self._traces: tuple[dict[str, Trace], dict[str, Trace]] = ({}, {})
        self._trees = []
        effectful: frozenset[Hashable] | None = None
        for snapshot, pair_numbers in (
            (comparison.before, {id(p.old.node): n for n, p in pairs}),
            (comparison.after, {id(p.new.node): n for n, p in pairs}),
        ):
            labels: Mapping[int, Hashable] = pair_numbers
            self.graph = snapshot.one(Graph)
            facts = Facts(snapshot, comparison.changed, rebound)
            touched = {*comparison.changed, *_submodules_of_their_name(snapshot, comparison)}
            inside = self.graph.between({*touched, *_asking(snapshot, self.graph, touched)}, called=True)
            if effectful is None:  # The plan of a move has each importer load what it loaded; somebody else's has not.
                effectful = frozenset() if comparison.moves else self.effects.effectful(inside, labels)
            self._trees.append((snapshot, inside, labels, facts, effectful))

    def before(self, path: str, script: bool = False) -> Run:
        return self._run(0, path, script)

    def after(self, path: str, script: bool = False, then: str = "") -> Run:
        """``then``: a module that is imported when the first one is complete, as a lazy old path does."""
        return self._run(1, path, script, then)

    def _run(self, tree: int, path: str, script: bool, then: str = "") -> Run:
        traces = None if script or then else self._traces[tree]
        deferred = self.deferred if tree else {}
        simulation = ImportSimulation(*self._trees[tree], traces=traces, deferred=deferred)
        run = simulation.start(path, script)
        return simulation.start(then) if then and run.failed is None else run

    def runs_before(self, path: str) -> list[Run]:
        """What was imported in place of a module of now: itself, or where the code of a new one came from."""
        comparison = self.comparison
        paths = [path] if path in comparison.old.paths else _sources(comparison, path)
        return [self.before(p) for p in paths]

    def fails_anew(self, path: str) -> bool:
        """Does importing it first fail, and did not before, for the same name?"""
        failed = self.after(path).failed
        before = {run.failed.name for run in self.runs_before(path) if run.failed is not None}
        return failed is not None and failed.name not in before

    def falls_back_anew(self, path: str) -> bool:
        """Does importing it first run a fallback that did not run before?"""
        return any(True for _ in fallbacks(path, self.runs_before(path), self.after(path)))

    def entered_anew(self, changed: Iterable[str]) -> list[str]:
        """The modules beside the changed ones that these import now, and that import them in a cycle: who begins with
        such a one comes back to it while it is partially initialized."""
        old, new = self.comparison.before.one(Graph), self.comparison.after.one(Graph)
        found: set[str] = set()
        for path in changed:
            found |= new.executed(path) - (old.executed(path) if path in self.comparison.old.paths else set())
        _, inside, *_ = self._trees[1]
        return sorted((found & inside & self.comparison.old.paths).difference(self.comparison.changed))

    @cached_property
    def deferred(self) -> Mapping[int, Deferred]:
        """The imports inside of functions that are new, by the statements of the new tree that may run them."""
        return new_deferred_imports(self.comparison)


def _asking(snapshot: Snapshot, graph: Graph, touched: Collection[str]) -> Iterator[str]:
    """The modules that touched ones import, and that find one of these by a text, ``sys.modules["shop.orders"]``, as
    they may do while that is being executed."""
    tree, dotted = snapshot.tree, [name for path in touched if (name := snapshot.names.dotted(path))]
    asking = tree.code_with(["modules", "import_module"]) & tree.code_with({d.rpartition(".")[2] for d in dotted})
    if not asking:
        return
    names = "|".join(map(re.escape, dotted)).encode()
    asks = re.compile(rb"\b(?:modules\s*(?:\[|\.get\()|import_module\()\s*[\"'](?:%b)[\"']" % names)
    reached = graph.closure([path for path in touched if path in tree.paths])
    yield from (path for path in asking if path in reached and asks.search(tree.peek(path)))


def check(comparison: Comparison) -> Check:
    failures, declared, assumed = list[Finding](), list[Finding](), list[Finding]()
    importing = Importing(comparison)
    effects = importing.effects
    changed = [path for path in comparison.changed if path in comparison.new.paths]
    starts = [*changed, *importing.entered_anew(changed)]
    alike = frozenset() if importing.deferred else rewritten_importers(comparison, importing.before, importing.after)
    failing: set[str] = set()
    for path in starts:
        if path in alike:
            continue
        new = importing.after(path)
        old = importing.runs_before(path)
        if new.failed is not None:
            failing.add(path)
            was_so = not importing.fails_anew(path)
            so = ", as it did before" if was_so else ""
            message, kind = f"imported first, {path} fails{so}: {new.failed}", Kind.NOTE if was_so else Kind.BROKEN
            cause = f"fails {new.failed.place} {new.failed}"
            finding = Finding(new.failed.place, message, "import-fails", kind, cause=cause)
            (declared if was_so else failures).append(finding)
            continue
        known = {module.partition(".")[0] for run in old for module in run.outside}
        for library, place in {m.partition(".")[0]: p for m, p in new.outside.items()}.items():
            if old and library not in known and not (library == "pytest" and _is_of_tests(comparison, path)):
                evidence = optional(comparison.before, library)
                if evidence is None:
                    said = f"`{library}` is installed where {path} is imported: other modules import it without a guard"
                    assumed.append(Finding(place, said, "installed", Kind.NOTE, cause=f"loads {library}"))
                else:
                    said = f"importing {path} now imports `{library}` too, which may not be installed: {evidence}"
                    failures.append(Finding(place, said, "loads-more", Kind.NOTE, cause=f"loads {library}"))
        failures += fallbacks(path, old, new)
        for run in old if not comparison.moves else ():
            failures += effects.completed(path, run, new)
        if path in comparison.old.paths and old and old[0].failed is None:
            for run in (new, *(importing.after(path, then=p) for p in _executed_when_asked(comparison, old[0], new))):
                failures += _versions(comparison, path, old[0], run)
                failures += _stale(comparison, path, old[0], run)
    failures += _as_scripts(importing, [path for path in starts if path not in failing])
    failures += bound_below(comparison) if not failures else ()
    found = (tuple(dict.fromkeys(findings)) for findings in (failures, declared, assumed))
    return Check("import order", SAYS, len(starts), *found)


def _is_of_tests(comparison: Comparison, path: str) -> bool:
    """Is it a module from which pytest collects, or one beside such modules, which has pytest where it runs?"""
    folder, reads = path.rpartition("/")[0], comparison.pytest_rules.reads
    return reads(path) or any(reads(one) for one in comparison.new.paths if one.rpartition("/")[0] == folder != "")


def _as_scripts(importing: Importing, starts: Iterable[str]) -> Iterator[Finding]:
    """What fails in modules that are run, below their main guards; ``starts``: those that can be imported."""
    for path in starts:
        symbols = importing.comparison.after.symbols(path)
        guarded = symbols is not None and any(is_main_guard(node) for node in symbols.body)
        if guarded and path in importing.comparison.old.paths:
            now, was = importing.after(path, script=True), importing.before(path, script=True)
            new, old = now.failed, was.failed
            if new is not None and (old is None or new.name != old.name):
                message = f"run as a script, {path} fails: {new}"
                yield Finding(new.place, message, "import-fails", cause=f"fails {new.place} {new}")
            yield from fallbacks(path, [was], now)


def _sources(comparison: Comparison, path: str) -> list[str]:
    """Where what stands in a new module came from."""
    return sorted({p.old.path for p in comparison.pairing.pairs if p.moved and p.new.path == path})


def _executed_when_asked(comparison: Comparison, old: Run, new: Run) -> list[str]:
    """The modules of moved statements that read a name in some state, and are no longer executed at once."""
    pairs = comparison.pairing.pairs
    later = (pairs[key] for key in old.versions.keys() - new.versions.keys() if isinstance(key, int))
    return sorted({pair.new.path for pair in later if pair.moved and pair.new.path not in new.bound})


def _rebound(snapshot: Snapshot, comparison: Comparison) -> frozenset[str]:
    """Names that changed modules bind more than once while they are imported."""
    found: set[str] = set()
    for path in comparison.changed:
        symbols = snapshot.symbols(path)
        for name, bounds in symbols.binds.items() if symbols else ():
            if sum(not b.typing for b in bounds) > 1:
                found.add(name)
    return frozenset(found)


def _submodules_of_their_name(snapshot: Snapshot, comparison: Comparison) -> Iterator[str]:
    """Submodules of changed packages with the name of something that moved: importing one binds its name there."""
    moved = {name for pair in comparison.renamed.items() for _, name in pair}
    for path in comparison.changed:
        if path.endswith("__init__.py") and (symbols := snapshot.symbols(path)):
            folder = path.removesuffix("__init__.py")
            for name in moved.intersection(symbols.binds):
                yield from {f"{folder}{name}.py", f"{folder}{name}/__init__.py"} & snapshot.tree.paths


def _versions(comparison: Comparison, path: str, old: Run, new: Run) -> Iterator[Finding]:
    """A name that is bound several times has to be read, and left, in the same state; but by what was edited."""
    pairs = comparison.pairing.pairs
    for key, versions in old.versions.items():
        if not isinstance(key, int) or pairs[key].edited:
            continue
        if _of_pairs(new.versions.get(key, versions)) != _of_pairs(versions):
            said = f"{pairs[key].new.said} reads a name in another state than before"
            yield _in_another_state(pairs[key], said, path)
    for module, bound in old.bound.items():
        for name, version in bound.items():
            now = new.bound.get(module, {}).get(name, version)
            if not isinstance(version, int) or now == version or name not in pairs[version].old.names:
                continue
            if isinstance(now, int):
                yield _in_another_state(pairs[now], f"{module}:{name} is left in another state than before", path)
            elif isinstance(now, tuple) and now[0] == "module":
                said = f"{module}:{name} is left as the submodule of that name"
                yield _in_another_state(pairs[version], said, path)


def _stale(comparison: Comparison, path: str, old: Run, new: Run) -> Iterator[Finding]:
    """Moved code that reads a name when called: its module may have imported a value that was bound anew since."""
    for pair in comparison.pairing.pairs:
        if not pair.moved or pair.edited:
            continue
        was, now = old.bound.get(pair.old.path, {}), new.bound.get(pair.new.path, {})
        cells = {cell for o in pair.new.reading.occurrences if o.moment == "call" for cell in o.cells}
        for name in sorted(name for where, name in cells if where == pair.new.path and name in was.keys() & now.keys()):
            if isinstance(was[name], int) and isinstance(now[name], int) and was[name] != now[name]:
                said = f"{pair.new.said} reads {name} in another state than before"
                yield _in_another_state(pair, f"{said} when it is called,", path)


def _in_another_state(pair: Pair, said: str, path: str) -> Finding:
    message = f"{said} when {path} is imported first"
    return Finding(pair.new.place, message, "effect-order", Kind.BROKEN, pair.old.place, said)


def _of_pairs(versions: frozenset[Hashable]) -> set[Hashable]:
    return {v for v in versions if isinstance(v, tuple) and isinstance(v[1], int)}


class _Effects:
    """What statements do to others, and whether it happens in the order of before."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.effects = comparison.before.one(Effects)

    def effectful(self, paths: Iterable[str], labels: Mapping[int, Hashable]) -> frozenset[Hashable]:
        """The statements of the old tree that change what left their module."""
        left = {origin for origin in self.comparison.renamed if origin[0] != self.comparison.renamed[origin][0]}
        found: set[Hashable] = set()
        for path in sorted({origin[0] for origin in left}.intersection(paths)):
            symbols = self.comparison.before.symbols(path)
            for index, node in enumerate(symbols.body if symbols is not None else ()):
                plain = isinstance(node, (ast.Import, ast.ImportFrom))
                if not plain and not left.isdisjoint(self.effects.writes(path, node)):
                    found.add(labels.get(id(node), (path, index)))
        return frozenset(found)

    def completed(self, path: str, old: Run, new: Run) -> Iterator[Finding]:
        """What moved to ``path`` and was changed by statements beside it: they have to run along with it."""
        happened = {event[0] for event in new.events}
        for event in old.events:
            if event[0] in happened or not self._stands(event[0]):
                continue
            for origin in self.effects.writes(*event[1:]):
                where, name = self.comparison.renamed.get(origin, ("", ""))
                if where == path and origin[0] == event[1]:
                    message = f"{self._said(event)} changes {name}, and does not run when {path} is imported first"
                    heard = is_heard(self.comparison.after, event[2], [(path, name)])
                    kind, place = Kind.BROKEN if heard else Kind.NOTE, self._place(event)
                    yield Finding(place, message, "effect-lost", kind, cause=f"lost {place}")

    def _stands(self, key: Hashable) -> bool:
        return not isinstance(key, tuple) or (
            key[0] in self.comparison.new.paths and key[0] not in self.comparison.changed
        )

    def _place(self, event: Event) -> Place:
        if isinstance(event[0], int):
            return self.comparison.pairing.pairs[event[0]].new.place
        return Place(event[1], event[2].lineno)

    def _said(self, event: Event) -> str:
        if isinstance(event[0], int):
            return self.comparison.pairing.pairs[event[0]].new.said
        return f"{event[1]}:{event[2].lineno}"
