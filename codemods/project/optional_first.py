"""A function whose first parameter may be left out, as a decorator with options has one: ``def task(f=None, *, x=1)``.

Called without it, ``@task(x=2)``, it goes another way than ``@task`` does, and gives back what makes the wrapper.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from functools import lru_cache

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_ENDS = (ast.Return, ast.Raise)


def without_first(function: Function, call: ast.Call | None = None) -> Function:
    """The function as it runs where its first parameter is left out, by this call: without the branches that are not
    taken. The function itself where all are."""
    name = _optional(function)
    if not name or (call is not None and (call.args or any(k.arg in (name, None) for k in call.keywords))):
        return function
    return _pruned(function)


def _optional(function: Function) -> str:
    """The name of the first parameter, if that may be given by position, and is None otherwise."""
    a = function.args
    ordered = [*a.posonlyargs, *a.args]
    first = a.defaults[0] if ordered and len(a.defaults) == len(ordered) else None
    return ordered[0].arg if isinstance(first, ast.Constant) and first.value is None else ""


@lru_cache(maxsize=1024)
def _pruned(function: Function) -> Function:
    """One object for each function, for whoever remembers what it found of one."""
    if isinstance(function, ast.Lambda):
        return function
    body = _taken(function.body, _optional(function))
    if body == function.body:
        return function
    pruned = copy.copy(function)
    pruned.body = body
    return pruned


def _taken(body: Sequence[ast.stmt], name: str) -> list[ast.stmt]:
    """The statements that run where a name is None, as far as the tests of the outermost ``if`` tell."""
    found: list[ast.stmt] = []
    for at, node in enumerate(body):
        given = _asks_whether_given(node.test, name) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and given is not None:
            inner = _taken(node.orelse if given else node.body, name)
            found += inner
            if inner and isinstance(inner[-1], _ENDS):
                return found
            if any(_sets(one, name) for one in inner):
                return [*found, *body[at + 1 :]]
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp):
            given = _asks_whether_given(node.value.test, name)
            if given is not None:
                value = node.value.orelse if given else node.value.body
                node = ast.copy_location(ast.Return(value), node)
            return [*found, node]
        elif _sets(node, name):
            return [*found, *body[at:]]
        else:
            found.append(node)
    return found


def _asks_whether_given(test: ast.expr, name: str) -> bool | None:
    """Is a test true where the name is given (True), or where it is None (False)? None for any other test."""
    match test:
        case ast.Compare(left=ast.Name(id=asked), ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return False if asked == name else None
        case ast.Compare(left=ast.Name(id=asked), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True if asked == name else None
        case ast.Name(id=asked) | ast.Call(func=ast.Name(id="callable"), args=[ast.Name(id=asked)]) if asked == name:
            return True
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            given = _asks_whether_given(inner, name)
            return None if given is None else not given
        case _:
            return None


def _sets(node: ast.stmt, name: str) -> bool:
    """May a statement give the name another value, one inside of it or a function in it?"""
    return any(
        (isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load))
        or (isinstance(n, ast.Nonlocal) and name in n.names)
        for n in ast.walk(node)
    )
