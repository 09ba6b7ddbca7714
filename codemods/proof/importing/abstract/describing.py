"""What an attribute runs that is no plain one: accessors of properties, and descriptors, however a class has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.knowledge.implied import ACCESSORS, DESCRIBING
from codemods.proof.importing.abstract.machine import FUNCTIONS, Machine
from codemods.proof.importing.abstract.values import NEW, Class, Code, Instance, Outside, Value, Values
from codemods.proof.importing.abstract.widening import bound

Context = type[ast.expr_context]
_PLACES: list[Context] = [ast.Load, ast.Store, ast.Del]


class Describing(Machine):
    def described(self, value: Value, name: str, context: Context) -> Values:
        """Runs what an attribute of an instance, or of a class, has for being read, set or deleted; what that gives."""
        owner = value.of if isinstance(value, Instance) else value
        found: set[Value] = set()
        for level in self.above(owner) if isinstance(owner, Class) else ():
            held = [inner for inner in level.node.body if name in _named(inner)]
            for inner in held:
                if isinstance(inner, FUNCTIONS) and isinstance(value, Instance):
                    found |= self._of_function(level, inner, value, context)
                elif isinstance(getattr(inner, "value", None), ast.Call):
                    found |= self._of_value(level, inner.value, value, context)  # type: ignore[attr-defined]
            if held:
                break
        return frozenset(found)

    def _of_function(
        self, level: Class, node: ast.FunctionDef | ast.AsyncFunctionDef, value: Instance, context: Context
    ) -> Values:
        frame = level.frame or self.module(level.path)
        method = bound(Code(level.path, node, level.frame, level, level.at), (frozenset({value}),))
        found: set[Value] = set()
        for decorator in node.decorator_list:
            if getattr(decorator, "attr", "") == ACCESSORS.get(context, ""):
                found |= self.call(frozenset({method}), [NEW], {})
            kinds = self.value(frame, decorator.func if isinstance(decorator, ast.Call) else decorator)
            for kind in kinds:
                if isinstance(kind, Class) and self._ask_descriptor(Instance(kind, kind.at), context):
                    found |= self.call(frozenset({method}), [], {}) if context is ast.Load else NEW
        return frozenset(found)

    def _of_value(self, level: Class, node: ast.Call, value: Value, context: Context) -> Values:
        """``size = property(_size, _set_size)``, ``size = Field()``"""
        frame = level.frame or self.module(level.path)
        aside, self.changed = self.changed, set()
        made, functions = self.value(frame, node.func), self.value(frame, node)
        self.changed = aside
        if Outside("builtins.property") in made and isinstance(value, Instance):
            place = _PLACES.index(context)
            given = [*node.args[place : place + 1]]
            given += [k.value for k in node.keywords if k.arg == ("fget", "fset", "fdel")[place]]
            called = frozenset(v for part in given for v in self._of_body(level, part))
            return self.call(called, [frozenset({value}), NEW], {}) if called else frozenset()
        for one in functions:
            if isinstance(one, Instance) and context is not ast.Load:
                self._ask_descriptor(one, context)
        return frozenset()

    def _of_body(self, level: Class, node: ast.expr) -> Iterator[Value]:
        """What a name in the body of a class is: a method, or what the module has."""
        name = getattr(node, "id", "")
        methods = [inner for inner in level.node.body if isinstance(inner, FUNCTIONS) and inner.name == name]
        for inner in methods:
            yield Code(level.path, inner, level.frame, level, level.at)
        if not methods:
            found = self.value(level.frame or self.module(level.path), node)
            yield from (value for value in found if isinstance(value, Code))

    def _ask_descriptor(self, descriptor: Instance, context: Context) -> bool:
        return self.methods(frozenset({descriptor}), DESCRIBING[context], [NEW, NEW])


def _named(node: ast.stmt) -> set[str]:
    if isinstance(node, FUNCTIONS):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {getattr(target, "id", "") for target in targets}
