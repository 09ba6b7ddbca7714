"""Which names are bound for certain once statements have run: definite assignment, branch by branch."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from codemods.bindings.scopes import module_binds
from codemods.project.versions import answer

_BUILTINS = frozenset(dir(builtins))
_EVERYTHING = None  # what "is bound" behind a branch that never comes to its end


def certain_binds(body: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that are bound whichever way the statements take; those that only some ways bind are left out."""
    return frozenset(_block(list(body)) or ())


def _block(body: list[ast.stmt]) -> set[str] | None:
    names: set[str] = set()
    for node in body:
        found = _statement(node)
        if found is None:
            return _EVERYTHING
        names |= found
        if isinstance(node, ast.Delete):
            names -= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _statement(node: ast.stmt) -> set[str] | None:
    if isinstance(node, (ast.Raise, ast.Return, ast.Continue, ast.Break)) or _exits(node):
        return _EVERYTHING
    if isinstance(node, ast.If):
        said = answer(node.test)
        if said is not None:
            return _block(node.body if said else node.orelse)
        return _both(_evaluated(node.test), _either([_block(node.body), _block(node.orelse)]))
    if isinstance(node, (ast.Try, ast.TryStar)):
        last = _block(node.finalbody)
        ways = [_both(_block(node.body), _block(node.orelse)), *(_block(handler.body) for handler in node.handlers)]
        return _both(_either(ways), last)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        targets = {name for item in node.items if item.optional_vars for name in _names(item.optional_vars)}
        return targets if any(map(_suppresses, node.items)) else _both(targets, _block(node.body))
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return _evaluated(node.test if isinstance(node, ast.While) else node.iter)
    if isinstance(node, ast.Match):
        last = node.cases[-1]
        whole = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        return _either([_block(case.body) for case in node.cases]) if whole else set()
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return set()
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name):
        return {node.value.id} - _BUILTINS  # `try: basestring`: it fails where that is not bound
    return set(module_binds([node]))


def _evaluated(node: ast.expr) -> set[str]:
    """What an expression binds with ``:=`` whichever way it takes: ``a and (b := c)`` binds nothing for certain."""
    match node:
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
        case ast.NamedExpr(target=target, value=value):
            return {target.id} | _evaluated(value)
        case ast.BoolOp(values=[first, *_]):
            return _evaluated(first)
        case ast.IfExp(test=test, body=one, orelse=two):
            return _evaluated(test) | (_evaluated(one) & _evaluated(two))
        case ast.Compare(left=left, comparators=[first, *_]):
            return _evaluated(left) | _evaluated(first)
        case _:
            return {n for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.expr) for n in _evaluated(inner)}


def _either(ways: list[set[str] | None]) -> set[str] | None:
    """What every way binds that comes to its end."""
    ending = [way for way in ways if way is not None]
    return set.intersection(*ending) if ending else _EVERYTHING


def _both(one: set[str] | None, two: set[str] | None) -> set[str] | None:
    return _EVERYTHING if one is None or two is None else one | two


def _exits(node: ast.stmt) -> bool:
    """``sys.exit(…)``"""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "attr", getattr(node.value.func, "id", "")) in ("exit", "_exit")
    )


def _suppresses(item: ast.withitem) -> bool:
    """``with suppress(…)``: the body may be left half done."""
    call = item.context_expr
    return isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == "suppress"


def _names(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
