"""In which function a name of a file has its value: a local variable of one function is none of another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS

_OF_THE_FILE = 0


def bound_at(module: Module, place: ast.AST, name: str) -> tuple[int, str]:
    """The name, and the function that it is local to, for a value at a place. One that stands in no function
    may be that of any name of the file: of a loop over a table, or of a test with parameters from one."""
    function = _outermost(module, place)
    local = function is not None and name in _local_names(function)
    return (id(function) if local else _OF_THE_FILE), name


def read_at(module: Module, node: ast.Name) -> tuple[tuple[int, str], ...]:
    """As what a name may have been bound that is read at a place."""
    return bound_at(module, node, node.id), (_OF_THE_FILE, node.id)


def is_defined_there(module: Module, node: ast.expr) -> bool:
    """Is it a function or class that the function around defines, just so, and that nothing else is called there?"""
    above: ast.AST | None = node if isinstance(node, ast.Name) else None
    while isinstance(node, ast.Name) and above is not None:
        above = module.source.nodes.parents.get(id(above))
        if isinstance(above, FUNCTIONS) and (bound := list(_binding(above, node.id))):
            return all(isinstance(one, (ast.ClassDef, *FUNCTIONS)) and _is_plain(one) for one in bound)
    return False


def _is_plain(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not (node.decorator_list or (isinstance(node, ast.ClassDef) and (node.bases or node.keywords)))


def _binding(function: ast.AST, name: str) -> Iterator[ast.AST]:
    """What may give a name a value in a function, or in one in it."""
    for inner in ast.walk(function):
        if inner is not function and name in (
            getattr(inner, "name", None),
            getattr(inner, "arg", None) if isinstance(inner, ast.arg) else None,
            getattr(inner, "asname", None),
            inner.id if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load) else None,
        ):
            yield inner


def _outermost(module: Module, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The outermost function around a place, its decorators and defaults too."""
    found = None
    above: ast.AST | None = node
    while above is not None:
        found = above if isinstance(above, FUNCTIONS) else found
        above = module.source.nodes.parents.get(id(above))
    return found


@lru_cache(maxsize=512)
def _local_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """What a function, or one in it, binds for itself."""
    nodes = list(ast.walk(function))
    found = {n.arg for n in nodes if isinstance(n, ast.arg)}
    found |= {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    return frozenset(found - {name for n in nodes if isinstance(n, ast.Global) for name in n.names})
