"""Names that are local to a function or class while its effects are looked for, and what they may stand for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.bindings import Import, Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.effects.targets import Function, Target

Given = ast.expr | ast.FunctionDef | ast.AsyncFunctionDef
_NESTED = (*FUNCTIONS, ast.ClassDef, ast.Lambda)


@dataclass(eq=False)
class Scope:
    """The local names of a function or class: parameters, and what they are assigned; ``above`` is the one around."""

    module: Module
    above: Scope | None = None
    first: str = ""  # the first parameter of a method
    owner: Target | None = None
    parameters: frozenset[str] = frozenset()
    collecting: frozenset[str] = frozenset()  # ``*args``, ``**options``: made anew for each call
    values: dict[str, list[ast.expr | Function | ast.ClassDef]] = field(default_factory=dict)
    imports: dict[str, list[Import]] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    function: bool = False

    def is_closure(self, holder: Scope) -> bool:
        """Is a name of the holder one of a function around this one?"""
        scope: Scope | None = self
        while scope is not None and scope is not holder:
            if scope.function:
                return holder.function
            scope = scope.above
        return False

    def holder(self, name: str) -> Scope | None:
        """The scope in which a name is local; None for a global."""
        scope: Scope | None = self
        while scope is not None and name not in scope.declared:
            if name in scope.parameters or name in scope.values or name in scope.imports:
                return scope
            scope = scope.above
        return None


def is_collecting(scope: Scope | None, node: ast.expr) -> bool:
    """Is it ``options`` of ``def f(**options)``, and given no other value? Nobody else holds it, whoever is in it."""
    holder = scope.holder(node.id) if scope is not None and isinstance(node, ast.Name) else None
    return holder is not None and holder is scope and node.id in holder.collecting - holder.values.keys()  # type: ignore[attr-defined]


def function_scope(module: Module, node: Function, above: Scope | None, owner: Target | None) -> Scope:
    a = node.args
    ordered = [*a.posonlyargs, *a.args]
    every = [*ordered, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    scope = Scope(module, above, owner=owner, parameters=frozenset(x.arg for x in every), function=True)
    scope.collecting = frozenset(x.arg for x in (a.vararg, a.kwarg) if x is not None)
    if owner is not None and ordered and not _is_static(node):
        scope.first = ordered[0].arg
    _fill(scope, body)
    given = [*zip(ordered[len(ordered) - len(a.defaults) :], a.defaults, strict=True)]
    given += [(x, default) for x, default in zip(a.kwonlyargs, a.kw_defaults, strict=True) if default is not None]
    for parameter, default in given:
        scope.values.setdefault(parameter.arg, []).append(default)
    first, last = node.lineno, node.end_lineno or node.lineno
    for item in module.imports:
        if item.function is not None and first <= item.node.lineno <= last:
            scope.imports.setdefault(item.binds, []).append(item)
    return scope


def class_scope(module: Module, node: ast.ClassDef, above: Scope | None) -> Scope:
    scope = Scope(module, above)
    _fill(scope, [*node.body])
    return scope


def comprehension_scope(module: Module, node: ast.expr, above: Scope | None) -> Scope:
    scope = Scope(module, above)
    _fill(scope, [*node.generators])  # type: ignore[attr-defined]
    return scope


def _is_static(node: Function) -> bool:
    return any(getattr(d, "id", "") == "staticmethod" for d in getattr(node, "decorator_list", ()))


def _fill(scope: Scope, body: list[ast.AST]) -> None:
    values: dict[str, list[ast.expr | Function | ast.ClassDef]] = defaultdict(list)
    declared: set[str] = set()
    for node in _own(body):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            values[node.name].append(node)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            declared |= {*node.names} if isinstance(node, ast.Global) else set()
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                _assigned(values, target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            _assigned(values, node.target, node.value)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            for value in iterated(node.iter):
                _assigned(values, node.target, value)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            _assigned(values, node.optional_vars, node.context_expr)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            values[node.name] += []
    scope.values, scope.declared = dict(values), frozenset(declared)


def iterated(node: ast.expr) -> list[ast.expr]:
    """What a loop over an expression gives: the entries that are written there, else parts of it."""
    return node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]


def _assigned(values: dict[str, list[ast.expr | Function | ast.ClassDef]], target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        if not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
            for one, part in zip(target.elts, value.elts, strict=True):
                _assigned(values, one, part)
            return
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            values[node.id].append(value)


def _own(body: list[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a body, those inside of functions and classes aside."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _NESTED):
            todo += ast.iter_child_nodes(node)


def given_in_branches(node: ast.stmt | None, name: str) -> list[Given] | None:
    """What the branches of an ``if`` or ``try`` give a name: functions, and values; None where that is not all."""
    if not isinstance(node, (ast.If, ast.Try)):
        return None
    found: list[Given] = []
    for inner in _own([node]):
        if isinstance(inner, FUNCTIONS) and inner.name == name:
            found.append(inner)
        elif isinstance(inner, ast.Assign) and [getattr(t, "id", "") for t in inner.targets] == [name]:
            found.append(inner.value)
        elif isinstance(inner, ast.ClassDef) and inner.name == name:
            return None
        elif isinstance(inner, ast.alias) and name in (inner.asname, inner.name.partition(".")[0], "*"):
            return None
    stored = [n for n in _own([node]) if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)]
    values = [value for value in found if isinstance(value, ast.expr)]
    return found if found and len(stored) == len(values) else None


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's body, those inside of other functions aside."""
    body = getattr(function, "body", [])
    todo: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)
