"""Decorators that put the name of what they are given into the ``__all__`` of its module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.references.found_namespaces import uses_of_namespaces

_OUTSIDE = ("public.public",)  # the package atpublic


def listing_decorators(facts: Facts, node: ast.stmt) -> Iterator[ast.expr]:
    """The decorators of a statement of the source that list what they are given, and ask for its module for no more."""
    for decorator in node.decorator_list if isinstance(node, (ast.ClassDef, *FUNCTIONS)) else ():
        chain = chain_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        found = resolved(facts.project, facts.source, chain) if chain else None
        function = definition(facts.project, found) if found else None
        imports = facts.source.top_imports.get(chain[0], ()) if chain else ()
        outside = {".".join((i.module, *([i.attribute] if i.attribute else []), *chain[1:])) for i in imports}
        if outside & {*_OUTSIDE} if function is None else isinstance(function, FUNCTIONS) and _only_lists(function):
            yield decorator


def _only_lists(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is every look at a module or its namespace one at ``__all__``?"""
    uses, parents = uses_of_namespaces(function)
    return bool(uses) and all(_asks_for_all(node, parents) for node in uses)


def _asks_for_all(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    above = parents[id(node)]
    if isinstance(above, ast.Attribute) and above.attr in ("setdefault", "get"):
        call = parents[id(above)]
        return isinstance(call, ast.Call) and call.func is above and _is_all(call.args[:1])
    if isinstance(above, ast.Attribute):
        return above.attr == "__all__"
    if isinstance(above, ast.Subscript):
        return above.value is node and _is_all([above.slice])
    if isinstance(above, ast.Compare):
        return above.comparators == [node] and isinstance(above.ops[0], (ast.In, ast.NotIn)) and _is_all([above.left])
    if isinstance(above, ast.Call):
        asks = getattr(above.func, "id", "") in ("getattr", "setattr", "hasattr")
        return asks and above.args[0] is node and _is_all(above.args[1:2])
    return False


def _is_all(nodes: list[ast.expr]) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == "__all__" for node in nodes)
