"""Whoever could be started before runs the side effects that it ran, in the same order: a walk over the import graph.

What a start executes is a sequence, for modules are executed depth first and each once. It can only differ where a
changed module is reached; so the changed modules are the starts, and what lies in an import cycle with one, for where
a cycle is entered decides its order. Who reaches them from outside of a cycle runs the sequence that they run.
Modules are steps as a whole, changed ones statement by statement; what two sequences share at both ends is not looked
at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from codemods.graphs import strongly_connected
from codemods.model import Check, Finding, Kind, Place
from codemods.project import Source, walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.abstract.values import UNKNOWN
from codemods.proof.importing.sequences import WORD, Program, Step, displaced, turned
from codemods.proof.importing.side_effects import Effects
from codemods.proof.importing.subclasses import is_heard
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.symbols import Origin, defined_names, is_typing
from codemods.proof.statements.pairing import Statement

SAYS = "each start runs the side effects that it ran while importing, in the same order"
CODE = "load-order"
_PROCESS = frozenset({"environ", "getenv", "argv", "path", "modules", "flags", "getcwd"})


def check(comparison: Comparison) -> Check:
    work = _Check(comparison)
    failures: list[Finding] = []
    places = 0
    for place, said, old, new in work.starts():
        places += 1
        failures += work.compare(place, said, old, new)
    return Check("load order", SAYS, places, tuple(dict.fromkeys(failures)))


class _Check:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self._readers: dict[Origin, set[str]] = {}
        self._words: dict[str, dict[str, set[str]]] = {}
        self._codes: dict[tuple[str, str], set[str]] = {}
        pairs = list(enumerate(comparison.pairing.pairs))
        changed = frozenset(comparison.changed)
        self.old, self.new = (
            Program(snapshot, snapshot.one(Graph), changed, known, snapshot.one(Effects))
            for snapshot, known in (
                (comparison.before, {id(p.old.node): n for n, p in pairs}),
                (comparison.after, {id(p.new.node): n for n, p in pairs}),
            )
        )

    def starts(self) -> Iterator[tuple[Place, str, list[Step], list[Step]]]:
        """(where, what is started, what that executes before and after the change)."""
        both = self.comparison.old.paths & self.comparison.new.paths
        for path in sorted(self._tangled(self.comparison.changed) & both):
            yield Place(path), f"when {path} is imported", self.old.run(path), self.new.run(path)
            homes = self._homes(self.new, path) if path in self.comparison.changed else []
            if homes:
                asked = self.new.snapshot.symbols(path)
                before = self._homes(self.old, path, asked.lazy if asked is not None else ())
                said = f"when {path} is asked for what stands in {', '.join(homes)}"
                yield Place(path), said, self.old.run(path, *before), self.new.run(path, *homes)
        for pair in self.comparison.pairing.pairs:
            if pair.old.text != pair.new.text and pair.new.path in both:
                before, after = self._called(self.old, pair.old), self._called(self.new, pair.new)
                if before != after:
                    old = self.old.run(pair.old.path, *before)
                    yield pair.new.place, f"when {pair.new.said} runs", old, self.new.run(pair.new.path, *after)

    @staticmethod
    def _homes(program: Program, path: str, names: Iterable[str] | None = None) -> list[str]:
        """The modules in which a module finds lazy names, these or all, when it is asked for them."""
        symbols = program.snapshot.symbols(path)
        lazy = symbols.lazy if symbols is not None else {}
        wanted = sorted({module for name, module in lazy.items() if names is None or name in names})
        return [home for home in (program.snapshot.find(dotted, path) for dotted in wanted) if home]

    def _tangled(self, changed: Iterable[str]) -> set[str]:
        """The changed modules, and those that lie in an import cycle with one."""
        found = set(changed)
        for program in (self.old, self.new):
            inside = program.graph.between(changed)
            edges = {path: program.graph.edges(path) & inside for path in sorted(inside)}
            found.update(p for c in strongly_connected(edges) if not found.isdisjoint(c) for p in c)
        return found

    def _called(self, program: Program, statement: Statement) -> list[str]:
        """What the imports inside of the functions of a statement execute, when they run."""
        inner = [node for node in statement.reading.inner if not _typing_only(statement.node, node)]
        return [target for node in inner for target in program.loaded(statement.path, node)]

    def compare(self, place: Place, said: str, old: list[Step], new: list[Step]) -> Iterator[Finding]:
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        end = 0
        while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
            end += 1
        whole, old, new = new, old[start : len(old) - end], new[start : len(new) - end]
        now, then = set(new), set(old)
        for step in old:
            if step not in now and self._stands(step) and (seen := self._seen(self.old, step)):
                text = f"{self.old.said(step)} no longer runs {said}, which changes {_objects(seen)}"
                # A module that nothing moved from: who no longer imports it was edited so. What code from outside
                # of the tree changes when it is called is not known.
                kind = Kind.OTHER
                if not isinstance(step, str):
                    kind = Kind.BROKEN if is_heard(self.new.snapshot, self.old.nodes[step][1], seen) else Kind.NOTE
                yield Finding(place, text, CODE, kind, cause=f"loses {self.old.said(step)}")
        for step in new:
            if step not in then and (seen := self._seen(self.new, step)):
                text = f"{self.new.said(step)} now also runs {said}, which changes {_objects(seen)}"
                yield Finding(place, text, CODE, Kind.NOTE, cause=f"adds {self.new.said(step)}")
        more = [step for step in new if step not in then and self.new.looks(step)]
        changed = {_object(o) for step in whole for o in self.new.changes(step)} if more else set()
        for step in more:
            if any(self._looks(step, origin) for origin in changed):
                text = f"{self.new.said(step)} now also runs {said}, and looks at what others change"
                yield Finding(place, text, CODE, Kind.NOTE, cause=f"adds {self.new.said(step)}")
        kept, left = [s for s in old if s in now], [s for s in new if s in then]
        yield from self._reordered(place, said, kept, left)
        yield from self._passed(place, said, kept, left)

    def _passed(self, place: Place, said: str, old: list[Step], new: list[Step]) -> Iterator[Finding]:
        """What a changed module imports below a statement that changes something outside of the tree, and that runs
        before the statement now. Who reads there what is changed is not known."""
        places = {step: at for at, step in enumerate(new)}
        homes = [step if isinstance(step, str) else self.old.nodes[step][0] for step in old]
        ends = {home: at for at, home in enumerate(homes)}
        latest: dict[str, Step] = {}  # for each module: of those statements the one that runs last now
        for at, (step, home) in enumerate(zip(old, homes, strict=True)):
            for path, other in latest.items():
                if path != home and at < ends[path] and places[step] < places[other]:
                    passed = f"{self.old.said(step)}, which was imported below it"
                    text = f"{self.old.said(other)} runs after {passed}, {said}"
                    yield Finding(place, text, CODE, Kind.NOTE, cause=f"reorders {self.old.said(other)}")
                    return
            if not isinstance(step, str) and any(origin[0] == "" for origin in self.old.changes(step)):
                if home not in latest or places[latest[home]] < places[step]:
                    latest[home] = step

    def _stands(self, step: Step) -> bool:
        """A statement that is gone or altered is another check's."""
        return isinstance(step, (str, int))

    def _seen(self, program: Program, step: Step) -> frozenset[Origin]:
        """What a step changes, less what only those see who import the module that it stands in."""
        found = program.changes(step)
        if isinstance(step, str):
            return found
        path = program.nodes[step][0]
        mapped = self.comparison.mapped if program is self.old else lambda origins: origins
        if isinstance(step, int):  # what moved with it, or stayed with it
            path = self.comparison.pairing.pairs[step].new.path
        return frozenset(o for o in mapped(found) if not self.new.effects.owns(path, o))

    def _reordered(self, place: Place, said: str, old: list[Step], new: list[Step]) -> Iterator[Finding]:
        """Steps that look at an object, or change it, before another one changes it, and after that now."""
        if not self._matters(old, new):
            return
        turns = turned(old, new)  # Only they come before or after another one than they did.
        writes = {step: self.comparison.mapped(self.old.changes(step)) for step in turns}
        for origin in sorted({_object(o) for found in writes.values() for o in found}):
            changing = {step for step in turns if any(_object(o) == origin for o in writes[step])}
            before, after = _turns(old, changing), _turns(new, changing)
            for step in turns:
                if before[step] != after[step] and (step in changing or self._looks(step, origin)):
                    text = f"{self.old.said(step)} runs in another order {said}, with what changes {_objects([origin])}"
                    kind = Kind.EDITED if origin[0] and not isinstance(step, str) else Kind.NOTE
                    yield Finding(place, text, CODE, kind, cause=f"reorders {self.old.said(step)}")
                    return

    def _matters(self, old: list[Step], new: list[Step]) -> bool:
        """May the order matter? Of two steps that change places one was displaced: it changes something, or it looks,
        and passes one that does."""
        moved = displaced(old, new)
        if any(self.old.changes(step) for step in moved):
            return True
        looking = [step for step in moved if self._program(step).looks(step)]
        passed = {other for step in looking for other in {*old[: old.index(step)]} ^ {*new[: new.index(step)]}}
        return any(self.old.changes(step) for step in passed)

    def _program(self, step: Step) -> Program:
        """In which tree a step is read."""
        return self.old if step in self.old.nodes else self.new

    def _looks(self, step: Step, origin: Origin) -> bool:
        program = self._program(step)
        if origin == UNKNOWN:
            return program.looks(step)
        if origin[0] == "":
            return origin[1] in ("os", "sys") and not program.read(step).isdisjoint(_PROCESS)
        return not program.read(step).isdisjoint(self._names(origin))

    def _names(self, origin: Origin) -> set[str]:
        """An object, and the definitions beside it in which its name stands, directly or by one another."""
        if origin not in self._readers:
            near = _naming(origin[1], self._texts(origin[0]))
            self._readers[origin] = _naming(origin[1], {n: self._code(origin[0], n) for n in near - {origin[1]}})
        return self._readers[origin]

    def _texts(self, path: str) -> dict[str, set[str]]:
        """For each definition of a module the words in it, those of comments too; found faster than those of code."""
        if path not in self._words:
            self._words[path] = {}
            for name, (source, node) in self._defined(path).items():
                text = source.text[source.start(node) : source.end(node)]
                strings = (n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
                words = {word for part in (text, *strings) for word in WORD.findall(part)}
                self._words[path][name] = words if text.isascii() else words | self._code(path, name)
        return self._words[path]

    def _code(self, path: str, name: str) -> set[str]:
        """The words in the code of a definition."""
        if (path, name) not in self._codes:
            self._codes[path, name] = {*WORD.findall(ast.unparse(self._defined(path)[name][1]))}
        return self._codes[path, name]

    def _defined(self, path: str) -> dict[str, tuple[Source, ast.stmt]]:
        symbols = self.comparison.before.symbols(path)
        body = symbols.body if symbols is not None else ()
        return {name: (symbols.source, node) for node in body for name in defined_names(node)} if symbols else {}


def _naming(name: str, texts: Mapping[str, set[str]]) -> set[str]:
    """A name, and those whose texts have it, directly or by one another."""
    found = {name}
    while more := {other for other, words in texts.items() if words & found} - found:
        found |= more
    return found


def _turns(steps: Sequence[Step], changing: set[Step]) -> dict[Step, int]:
    """For each step how many of those that change something came before it."""
    found, count = {}, 0
    for step in steps:
        found[step] = count
        count += step in changing
    return found


def _object(origin: Origin) -> Origin:
    """Of what stands outside of the tree, the library: who shares what with whom in it is not known."""
    return origin if origin[0] else ("", origin[1].partition(".")[0])


def _objects(origins: Iterable[Origin]) -> str:
    names = sorted(f"{path}:{name}" if path else name for path, name in origins)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _typing_only(statement: ast.stmt, node: ast.stmt) -> bool:
    return any(
        isinstance(test, ast.If)
        and is_typing(test.test)
        and any(node is inner for s in test.body for inner in ast.walk(s))
        for test in ast.walk(statement)
    )
