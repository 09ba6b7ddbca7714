"""The names that a module has bound when it has been executed, whichever way it went: what anybody may import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from codemods.project.versions import answer
from codemods.proof.snapshot.symbols import BUILTINS

_LEAVES = (ast.Raise, ast.Return, ast.Break, ast.Continue)


def certain_names(body: Sequence[ast.stmt]) -> frozenset[str]:
    return frozenset(_after(body) or ())


def _after(body: Sequence[ast.stmt]) -> set[str] | None:
    """What statements have bound at their end; None where they never come to it."""
    names: set[str] = set()
    for node in body:
        ways = [_after(way) for way in _ways(node)]
        reached = [way for way in ways if way is not None]
        if isinstance(node, _LEAVES) or _exits(node) or (ways and not reached):
            return None
        names |= set.intersection(*reached) if reached else set(_bound(node))
        names |= _asked_first(node) | _held(node)
        if isinstance(node, ast.Delete):
            deleted = (n for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name))
            names -= {n.id for n in deleted if isinstance(n.ctx, ast.Del)}
    return names


def _exits(node: ast.stmt) -> bool:
    """``sys.exit(1)``"""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in ("sys.exit", "os._exit", "exit", "quit")
    )


def _asked_first(node: ast.stmt) -> set[str]:
    """What the question of an ``if`` or ``while`` binds before it can be answered: ``if (n := read()) > 3``."""
    asked = getattr(node, "test", None)
    while isinstance(asked, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute)):
        asked = next(child for child in ast.iter_child_nodes(asked) if isinstance(child, ast.expr))
    return {asked.target.id} if isinstance(asked, ast.NamedExpr) else set()


def _held(node: ast.stmt) -> set[str]:
    """``with open(path) as file``"""
    items = node.items if isinstance(node, (ast.With, ast.AsyncWith)) else []
    return {
        n.id for item in items if item.optional_vars for n in ast.walk(item.optional_vars) if isinstance(n, ast.Name)
    }


def _ways(node: ast.stmt) -> list[list[ast.stmt]]:
    """The ways through a statement with blocks, each with all that runs on it; none where it has no blocks."""
    if isinstance(node, ast.If):
        known = answer(node.test)
        return [node.body, node.orelse] if known is None else [node.body] if known else [node.orelse]
    if isinstance(node, (ast.Try, ast.TryStar)):
        handled = [handler.body for handler in node.handlers]
        return [[*way, *node.finalbody] for way in ([*node.body, *node.orelse], *handled)]
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return [[], [*node.orelse]]
    if isinstance(node, (ast.With, ast.AsyncWith)):
        quiet = any("suppress" in ast.unparse(item.context_expr) for item in node.items)
        return [[], node.body] if quiet else [node.body]
    if isinstance(node, ast.Match):
        last = node.cases[-1]
        takes_all = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        return [*([] if takes_all else [[]]), *(case.body for case in node.cases)]
    return []


def _bound(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name):
        return {node.value.id} - BUILTINS  # to read it is to find it bound
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
