"""Functions that a function makes and returns: they run when somebody calls what was returned, not where it is made."""

from __future__ import annotations

import ast

from codemods.project import walk
from codemods.project.nodes import parents_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Of Python's own: they keep the functions that they are given.
_KEEPING = frozenset({"property", "staticmethod", "classmethod"})


def returned_function(maker: ast.AST, node: ast.AST) -> ast.AST | None:
    """The function inside of ``maker`` around a place that is returned, or kept in what is, and nothing else."""
    if not isinstance(maker, _FUNCTIONS):
        return None
    for inner in maker.body:
        if isinstance(inner, _FUNCTIONS) and any(n is node for s in inner.body for n in walk(s)):
            return inner if not inner.decorator_list and _only_returned(maker, inner) else None
    return None


def _only_returned(maker: ast.AST, inner: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    parents = parents_of(maker)
    uses = [n for n in walk(maker) if isinstance(n, ast.Name) and n.id == inner.name]
    for use in uses:
        above = parents.get(id(use))
        if isinstance(above, ast.Call) and use in above.args and getattr(above.func, "id", "") in _KEEPING:
            above = parents.get(id(above))
        if not isinstance(above, ast.Return):
            return False
    return bool(uses)


def keeps_what_is_made(statement: ast.AST, name: str) -> bool:
    """Is each call of a function the value of a name that the statement only binds?"""
    parents = parents_of(statement)
    read = {n.id for n in walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    for use in (n for n in walk(statement) if name in (getattr(n, "id", ""), getattr(n, "attr", ""))):
        call = parents.get(id(use))
        if not (isinstance(call, ast.Call) and call.func is use):
            return False
        above = parents.get(id(call), statement)
        if not (isinstance(above, (ast.Assign, ast.AnnAssign)) and above.value is call):
            return False
        targets = above.targets if isinstance(above, ast.Assign) else [above.target]
        if not all(isinstance(target, ast.Name) and target.id not in read for target in targets):
            return False
    return True


def mentions(node: ast.AST, name: str) -> bool:
    return any(name in (getattr(n, "id", ""), getattr(n, "attr", "")) for n in walk(node))
