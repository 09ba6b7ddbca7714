"""Whose object an expression stands for."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator

from codemods import knowledge
from codemods.bindings import Module
from codemods.planning.effects.classes import MAKING, Classes
from codemods.planning.effects.fixed_point import FixedPoint
from codemods.planning.effects.names import Names
from codemods.planning.effects.scopes import Scope, function_scope, iterated, own_nodes
from codemods.planning.effects.targets import (
    CLOSURE,
    FRESH,
    MADE,
    PARAMETER,
    SELF,
    Callee,
    Code,
    Function,
    Target,
    Targets,
)
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.index.project_index import ProjectIndex

ENTRIES = ("get", "setdefault", "pop", "values", "items", "__getitem__")


class Roots(ABC):
    """Answers for the code of one tree; what a call may run is a part of the answer."""

    def __init__(self, project: ProjectIndex) -> None:
        self.names = Names(project)
        self.classes = Classes(self.names)
        self._found = FixedPoint()
        self._scopes: dict[tuple[Function, Scope | None, Target | None], Scope] = {}
        self._returns: dict[Function, list[ast.expr]] = {}

    def scope(self, code: Code) -> Scope:
        """The names of a function, the same object for the same function."""
        key = (code.node, code.around, code.owner)
        if key not in self._scopes:
            self._scopes[key] = function_scope(code.module, code.node, code.around, code.owner)
        return self._scopes[key]

    def returns(self, node: Function) -> list[ast.expr]:
        """What a function returns."""
        if node not in self._returns:
            found = [n.value for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
            self._returns[node] = [node.body] if isinstance(node, ast.Lambda) else found
        return self._returns[node]

    def roots(self, module: Module, scope: Scope | None, node: ast.expr) -> Targets:
        """The objects that others hold of which an expression is, or may be a part."""
        if isinstance(node, ast.Name):
            return self._of_name(module, scope, node)
        if isinstance(node, ast.Attribute):
            target = self.names.named(module, scope, chain_of(node))
            if target is not None:
                return self._held(target)
            inner = self.roots(module, scope, node.value)
            return frozenset((SELF, node.attr) if one in ((SELF, ""), MADE) else one for one in inner)
        if isinstance(node, (ast.Subscript, ast.Starred, ast.Await, ast.NamedExpr)):
            return self.roots(module, scope, node.value)
        if isinstance(node, ast.IfExp):
            return self.roots(module, scope, node.body) | self.roots(module, scope, node.orelse)
        if isinstance(node, ast.BoolOp):
            return frozenset().union(*(self.roots(module, scope, value) for value in node.values))
        return self._of_call(module, scope, node) if isinstance(node, ast.Call) else FRESH

    def _of_name(self, module: Module, scope: Scope | None, node: ast.Name) -> Targets:
        holder = scope.holder(node.id) if scope is not None else None
        if holder is None or node.id in holder.imports:
            target = self.names.named(module, scope, (node.id,))
            return self._held(target) if target is not None else FRESH
        found: set[Target] = {CLOSURE} if scope is not None and scope.is_closure(holder) else set()
        if node.id in holder.parameters:
            found.add((SELF, "") if node.id == holder.first else PARAMETER)
        values = [value for value in holder.values.get(node.id, ()) if isinstance(value, ast.expr)]
        return frozenset(found) | self._settled((holder, node.id), module, holder, values)

    def _settled(self, key: Hashable, module: Module, scope: Scope | None, nodes: list[ast.expr]) -> Targets:
        return frozenset(self._found.ask(key, lambda: self._all(module, scope, nodes)))

    def _held(self, target: Target) -> Targets:
        """A name of a module that stands for a part of something else counts as that as well."""
        node = self.names.definition(target)
        values: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            together = isinstance(node, ast.Assign) and any(isinstance(t, (ast.Tuple, ast.List)) for t in node.targets)
            values = iterated(node.value) if together else [node.value]
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            values = iterated(node.iter)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            values = [item.context_expr for item in node.items]
        if not values:
            return frozenset({target})
        return frozenset({target}) | self._settled(target, self.names.project.module(target[0]), None, values)

    def _of_call(self, module: Module, scope: Scope | None, node: ast.Call) -> Targets:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ENTRIES:
            return self.roots(module, scope, function.value)
        if isinstance(function, ast.Attribute) and function.attr == "__new__" and scope is not None and scope.owner:
            return frozenset({MADE})
        found: set[Target] = set()
        given: Targets | None = None
        for callee in self.callees(module, scope, function):
            if callee.label == "builtins.type":
                found |= {(SELF, "__class__") if r == (SELF, "") else r for r in self._all(module, scope, node.args)}
            elif callee.code is not None and not isinstance(callee.code.node, ast.Lambda) and not makes(callee):
                given = self._all(module, scope, node.args) if given is None else given
                found |= (self._returned(callee.code) - {PARAMETER}) | given | callee.receiver
            elif knowledge.call(callee.label) is knowledge.Call.SHARED:
                found.add(("", callee.label))
        return frozenset(one for one in found if one[0] != SELF or scope is not None)

    def _all(self, module: Module, scope: Scope | None, nodes: list[ast.expr]) -> Targets:
        return frozenset().union(*(self.roots(module, scope, node) for node in nodes))

    def _returned(self, code: Code) -> Targets:
        """What of others a function hands out."""
        if code.owner is not None:
            return FRESH
        return self._settled(code.node, code.module, self.scope(code), self.returns(code.node))

    @abstractmethod
    def callees(self, module: Module, scope: Scope | None, node: ast.expr, depth: int = 1) -> Iterator[Callee]:
        """What calling an expression may run; ``depth`` 2: calling what such a call returned."""


def makes(callee: Callee) -> bool:
    """Does calling it give a new object?"""
    return callee.made or (callee.code is not None and getattr(callee.code.node, "name", "") in MAKING)
