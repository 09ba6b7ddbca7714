"""What the modules of one tree execute when some are imported, as a sequence: depth first, and each module once.

Modules are steps as a whole, changed ones statement by statement.
"""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from codemods import knowledge
from codemods.frameworks import facts, matching
from codemods.proof.importing.side_effects import Effects, immediate
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.outside import dotted_names
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, Origins, is_main_guard, is_typing

WORD = re.compile(r"\w+")
_STATELESS = sys.stdlib_module_names - {"os", "sys"}
# A module, or a statement of a changed one: the number of its pair, or what it is if it has none.
Step = Hashable


@dataclass(frozen=True)
class Asked:
    """A module is asked for a name that it does not bind; who asks again finds the same."""

    module: str
    name: str


@dataclass
class Program:
    """One of the two trees, as what its modules execute."""

    snapshot: Snapshot
    graph: Graph
    changed: frozenset[str]
    known: dict[int, int]
    effects: Effects
    nodes: dict[Step, tuple[str, ast.stmt]] = field(default_factory=dict)
    _steps: dict[str, tuple[tuple[bool, Step], ...]] = field(default_factory=dict)
    _read: dict[Step, frozenset[str]] = field(default_factory=dict)

    def run(self, *starts: str) -> list[Step]:
        """The steps in the order in which they are executed when these modules are imported one after the other."""
        found: list[Step] = []
        begun: set[str] = set()
        asked: set[Step] = set()
        stack: list[Iterator[tuple[bool, Step]]] = [iter([(True, s) for p in starts for s in (*self.above(p), p)])]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
            elif not step[0]:
                found += [step[1]] if step[1] not in asked else []
                asked |= {step[1]} if isinstance(step[1], Asked) else set()
            elif step[1] not in begun:
                begun.add(str(step[1]))
                stack.append(iter(self.steps(str(step[1]))))
        return found

    def above(self, path: str) -> list[str]:
        parts = self.snapshot.names.dotted(path).split(".")
        found = (self.snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts)))
        return [target for target in found if target and target != path]

    def steps(self, path: str) -> tuple[tuple[bool, Step], ...]:
        if path not in self._steps:
            if path in self.changed:
                symbols = self.snapshot.symbols(path)
                body = symbols.body if symbols is not None else []
                seen: Counter[str] = Counter()
                self._steps[path] = tuple(step for node in body for step in self._statement(path, node, seen))
            else:
                self._steps[path] = (*((True, target) for target in self.graph.ordered(path)), (False, path))
        return self._steps[path]

    def _statement(self, path: str, node: ast.stmt, seen: Counter[str]) -> Iterator[tuple[bool, Step]]:
        """``seen``: how often a text that has no pair stood above."""
        for inner in _imports(node):
            yield from ((True, target) for target in self.loaded(path, inner))
        if isinstance(node, ast.ImportFrom) and self.effects.writes(path, node):
            for alias in node.names:
                step = Asked(self.snapshot.absolute(path, node), alias.name)
                self.nodes[step] = path, node
                yield False, step
        elif not isinstance(node, (ast.Import, ast.ImportFrom)) and not _for_checkers(node):
            number = self.known.get(id(node))
            step = number
            if number is None:
                text = ast.unparse(node)
                seen[text] += 1
                step = path, seen[text], text
            self.nodes[step] = path, node
            yield False, step

    def loaded(self, path: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        """The modules of the tree that an import executes, packages first."""
        wholes = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            base = self.snapshot.absolute(path, node)
            wholes = [base, *(f"{base}.{name}" for name in wholes if name != "*")]
        for whole in wholes:
            parts = whole.split(".")
            found = (self.snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts) + 1))
            yield from (target for target in found if target and target != path)

    def changes(self, step: Step) -> frozenset[Origin]:
        """What a step changes that others can see."""
        if isinstance(step, str):
            return self.effects.of_module(step)
        return self.effects.writes(*self.nodes[step])

    def read(self, step: Step) -> frozenset[str]:
        """The names and attributes that a step reads while it is imported, and that may lead to what the tree has."""
        if step not in self._read:
            chains = (name for path, name in self._chains(step) if not self._leads_outside(path, name))
            self._read[step] = frozenset(word for name in chains for word in WORD.findall(ast.unparse(name)))
        return self._read[step]

    def _leads_outside(self, path: str, name: ast.expr) -> bool:
        """Is it the standard library's, and no state of the process? ``typing.Any`` is no `Any` of the tree."""
        origins = self.snapshot.meaning(path, name)
        tops = {dotted.partition(".")[0] if where == "" else "" for where, dotted in origins}
        return bool(tops) and tops <= _STATELESS

    def looks(self, step: Step) -> bool:
        """Does a step read anything that others could change? Python's own names are none, nor are functions of
        libraries of which it is known what they do."""
        return any(
            self.snapshot.origins(path, _root(name)) != _own(_root(name)) and not self._is_known(path, name)
            for path, name in self._chains(step)
        )

    def _is_known(self, path: str, name: ast.expr) -> bool:
        origins = self.snapshot.meaning(path, name)
        outside = [dotted for where, dotted in origins if where == ""]
        if any(dotted.partition(".")[0] in ("os", "sys") for dotted in outside):
            return False  # The environment, the path, the arguments: code changes them.
        return len(outside) == len(origins) == 1 and knowledge.call(outside[0]) not in (None, knowledge.Call.EFFECT)

    def _chains(self, step: Step) -> Iterator[tuple[str, ast.Name | ast.Attribute]]:
        if not isinstance(step, str):
            path, node = self.nodes[step]
            kept = {id(name) for name in self._kept(path, node)}
            yield from ((path, name) for name in immediate(node) if id(name) not in kept)
        elif (symbols := self.snapshot.symbols(step)) is not None:
            yield from ((step, name) for node in symbols.body for name in immediate(node))

    def _kept(self, path: str, node: ast.stmt) -> Iterator[ast.expr]:
        """What a call keeps that it is given, without looking at it."""
        match node:
            case ast.Expr(value=ast.Call(func=function, args=[_, *_] as given)):
                table = facts(self.snapshot.tree, "keeps")
                known = dotted_names(self.snapshot, path, function)
                if any(matching(fact.calls, known) for fact in table):
                    yield from (argument for argument in given if isinstance(argument, ast.Name))

    def said(self, step: Step) -> str:
        return step if isinstance(step, str) else f"{self.nodes[step][0]}:{self.nodes[step][1].lineno}"


def _root(node: ast.expr) -> str:
    """``a`` of ``a.b.c``"""
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _own(name: str) -> Origins:
    """What a name means that Python itself provides."""
    return frozenset({("", f"builtins.{name}")})


def displaced(old: Sequence[Step], new: Sequence[Step]) -> list[Step]:
    """Steps without which all others stand in the same order: those beside a longest increasing subsequence. Of any two
    that change places, one is among them."""
    places = {step: place for place, step in enumerate(new)}
    if len(places) != len(new) or set(old) != places.keys() or len(old) != len(new):
        return list(old)
    ends: list[int] = []  # where the best subsequence of each length ends
    lengths = []
    for step in old:
        length = bisect_left(ends, places[step])
        ends[length : length + 1] = [places[step]]
        lengths.append(length)
    kept: set[Step] = set()
    limit, wanted = len(new), len(ends) - 1
    for step, length in zip(reversed(old), reversed(lengths), strict=True):
        if length == wanted and places[step] < limit:
            kept.add(step)
            limit, wanted = places[step], wanted - 1
    return [step for step in old if step not in kept]


def turned(old: Sequence[Step], new: Sequence[Step]) -> list[Step]:
    """Steps that stand before another one that they stood behind, or the other way round; all, where one sequence has
    others than the other."""
    places = {step: place for place, step in enumerate(new)}
    if len(places) != len(new) or set(old) != places.keys() or len(old) != len(new):
        return list(old)
    now = [places[step] for step in old]
    highest = accumulate(now, max, initial=-1)  # of those before each
    lowest = reversed([*accumulate(reversed(now), min, initial=len(now))])  # from each on
    found = zip(old, now, highest, islice(lowest, 1, None), strict=False)
    return [step for step, place, before, after in found if not before < place < after]


def _imports(node: ast.stmt) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when a statement does: not those in functions, nor those for type checkers."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield node
    elif isinstance(node, ast.If) and is_typing(node.test):
        for inner in node.orelse:
            yield from _imports(inner)
    elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not is_main_guard(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                yield from _imports(child)  # type: ignore[arg-type]


def _for_checkers(node: ast.stmt) -> bool:
    """Does only a type checker execute it?"""
    return isinstance(node, ast.If) and is_typing(node.test) and not node.orelse
