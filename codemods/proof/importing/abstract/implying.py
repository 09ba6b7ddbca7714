"""What Python runs though nobody calls it: properties, items, iteration, truth, texts, hooks of a metaclass."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codemods.knowledge.implied import (
    COMPUTED,
    MISSING,
    OF_MODULE,
    asked,
    asked_of_module,
    evaluated,
    implied,
    is_computed,
)
from codemods.proof.importing.abstract.machine import NOTHING, Machine
from codemods.proof.importing.abstract.members import OF_CLASS
from codemods.proof.importing.abstract.values import (
    NEW,
    Bound,
    Class,
    Code,
    Frame,
    Function,
    Instance,
    Value,
    Values,
    placed,
)
from codemods.proof.importing.abstract.widening import bound
from codemods.proof.snapshot.resolution import Snapshot


class Implying(Machine):
    def __init__(self, snapshot: Snapshot, listed: frozenset[tuple[str, str]]) -> None:
        super().__init__(snapshot, listed)
        self._without: dict[ast.AST, Function] = {}

    def parts(self, frame: Frame, node: ast.AST, parts: Iterable[ast.expr]) -> Values:
        """What parts of an expression may be, each evaluated once, and with what the expression asks them."""
        found: dict[ast.AST, Values] = {part: self.value(frame, part) for part in parts}
        self.implied(node, found)
        return frozenset(v for values in found.values() for v in values)

    def implied(self, node: ast.AST, found: Mapping[ast.AST, Values]) -> None:
        """Runs what a node asks its parts, of which it is known what they may be."""
        for operand, names in implied(node):
            values = found.get(operand, NOTHING)
            if any(isinstance(value, (Instance, Class)) for value in values):
                for name in names:
                    self._ask(values, name, [NEW])

    def annotations(self, frame: Frame, node: ast.stmt) -> Iterator[ast.expr]:
        """Those that call something when the statement runs."""
        symbols = self.snapshot.symbols(frame.path)
        return evaluated(node, symbols is not None and symbols.postponed)

    def answered(self, path: str, name: str) -> None:
        """Runs what a module answers with that is asked for a name which it does not bind."""
        if not name.startswith("__"):
            for method in self.defined((path, OF_MODULE)):
                if isinstance(method, Code) and isinstance(method.node, ast.FunctionDef):
                    node = self._without.setdefault(method.node, asked_of_module(method.node))
                    self.call(frozenset({replace(method, node=node)}), [NEW], {})

    def got(self, value: Instance | Class, name: str) -> Iterable[Value]:
        """What reading an attribute gives, and runs: a property, a descriptor, what answers for all names."""
        found = tuple(self.member(value, name))
        ran = [m for m in found if isinstance(m, Bound) and isinstance(m.function, Code)]
        ran = [m for m in ran if is_computed(m.function.node)]  # type: ignore[union-attr]
        if ran:
            return frozenset(v for m in ran for v in self.call(frozenset({self._asking(m)}), [], {}))
        found += tuple(self.described(value, name, ast.Load))
        self._ask(frozenset({value}), COMPUTED[0], [NEW])
        owner = value.of if isinstance(value, Instance) else value
        held = list(self.held(owner, name))
        for level, inner in held[:1]:
            values = self._kept_in_class(level, inner)
            self._ask(values, "__get__", [NEW, NEW])
            found += tuple(_placed_at(one, level) for one in values if isinstance(one, Instance))
        if not held and not any(self.sets(level, name) for level in self.above(owner)):
            self._ask(frozenset({value}), MISSING[0], [NEW])
        return found

    def _kept_in_class(self, level: Class, node: ast.stmt) -> Values:
        """What a class has under a name, as far as a call or another name gives it."""
        value = getattr(node, "value", None)
        if not isinstance(value, (ast.Call, ast.Name)):
            return NOTHING
        aside, self.changed = self.changed, set()
        found = self.value(level.frame or self.module(level.path), value)
        self.changed = aside
        return found

    def special(self, value: Value, name: str) -> Iterator[Value]:
        """The method that Python looks for: that of a class is one of its metaclass."""
        if isinstance(value, Instance) or (isinstance(value, Class) and name in OF_CLASS):
            yield from self.member(value, name)
        elif isinstance(value, Class):
            for meta in self.metaclasses(value):
                if isinstance(meta, Class):
                    yield from self.member(Instance(meta, value.at), name)

    def _ask(self, values: Values, name: str, arguments: list[Values]) -> None:
        for value in values:
            for method in self.special(value, name):
                if isinstance(method, (Bound, Code)):
                    self.call(frozenset({self._asking(method)}), arguments, {})

    def _asking(self, method: Value) -> Value:
        """Less what it does for its object the first time only."""
        if isinstance(method, Bound) and isinstance(method.function, Code):
            return bound(self._asking(method.function), method.first)
        if not isinstance(method, Code) or isinstance(method.node, ast.Lambda):
            return method
        if method.node not in self._without:
            self._without[method.node] = asked(method.node)
        return replace(method, node=self._without[method.node])


def _placed_at(value: Value, level: Class) -> Value:
    for place in level.at:
        value = placed(value, place)
    return value
