"""Code that finds the module in which a thing was made, by `__module__` or `__globals__`, and the places at which it
asks that module, or its namespace, for something."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.planning.grouping.dotted_names import chain_of
from codemods.project.nodes import parents_of

_WAYS = ("__globals__", "__module__")
_ASKING = frozenset({"setdefault", "get", "pop"})


def uses_of_namespaces(root: ast.AST) -> tuple[list[ast.AST], dict[int, ast.AST]]:
    """(the expressions that are such a module or namespace, but for those that only give it a name; what is above each
    node)"""
    parents = parents_of(root)
    held: set[str] = set()  # names for the module, its name or its namespace
    while True:
        looks = [_outermost(node, parents) for node in ast.walk(root) if _is_way(node, held)]
        stored = {name for node in looks for name in _stored_as(node, parents)}
        if stored <= held:
            return [node for node in looks if not any(True for _ in _stored_as(node, parents))], parents
        held |= stored


def names_asked(root: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """(place, name) for each name that code looks up or binds in the module in which what it gets was made; not
    `__all__`, `__name__` and marks of that form."""
    uses, parents = uses_of_namespaces(root)
    for node in uses:
        above = parents.get(id(node))
        name = _asked(node, above, parents)
        mark = name.startswith("__") and name.endswith("__")
        if name and not mark and isinstance(above, ast.expr):
            yield above, name


def _asked(node: ast.AST, above: ast.AST | None, parents: dict[int, ast.AST]) -> str:
    """The name, `*` for any that is set, or none."""
    if isinstance(node, ast.Attribute) and node.attr == "__module__":
        return ""  # the name of the module, and not the module
    if isinstance(above, ast.Attribute):
        call = parents.get(id(above))
        if isinstance(call, ast.Call) and call.func is above and above.attr in _ASKING:
            return _text(call.args[:1])
        if isinstance(call, ast.Call) and call.func is above and above.attr == "update":
            return "*"
        return "" if hasattr(dict, above.attr) or hasattr(str, above.attr) else above.attr
    if isinstance(above, ast.Subscript) and above.value is node:
        return _text([above.slice]) or ("" if isinstance(above.ctx, ast.Load) else "*")
    if isinstance(above, ast.Call) and above.args[:1] == [node]:
        called = getattr(above.func, "id", "")
        if called in ("getattr", "setattr", "delattr"):
            return _text(above.args[1:2]) or ("*" if called == "setattr" else "")
    return ""


def _text(nodes: list[ast.expr]) -> str:
    return next((n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)), "")


def _is_way(node: ast.AST, held: set[str]) -> bool:
    """``obj.__module__``, ``obj.__globals__``, or a name that holds what was found that way."""
    if isinstance(node, ast.Attribute):
        return node.attr in _WAYS
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in held


def _outermost(node: ast.AST, parents: dict[int, ast.AST]) -> ast.AST:
    """``sys.modules[obj.__module__].__dict__`` around ``obj.__module__``: still the module or its namespace."""
    while True:
        above = parents.get(id(node))
        if isinstance(above, ast.Subscript) and above.slice is node:
            around = chain_of(above.value)[-2:] in (("sys", "modules"), ("modules",))
        elif isinstance(above, ast.Call) and above.args and above.args[0] is node:
            called = chain_of(above.func)
            around = called[-1:] in (("vars",), ("import_module",)) or called[-3:] == ("sys", "modules", "get")
        else:
            around = isinstance(above, ast.Attribute) and above.attr == "__dict__"
        if not around or above is None:
            return node
        node = above


def _stored_as(node: ast.AST, parents: dict[int, ast.AST]) -> Iterator[str]:
    above = parents.get(id(node))
    if isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and above.value is node:
        targets = above.targets if isinstance(above, ast.Assign) else [above.target]
        if all(isinstance(target, ast.Name) for target in targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
