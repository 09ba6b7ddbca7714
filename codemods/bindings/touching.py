"""Which names a statement changes the value of, without binding them anew."""

from __future__ import annotations

import ast
import collections.abc
import numbers

from codemods.bindings.guards import is_type_checking
from codemods.bindings.scopes import FUNCTIONS, target_names

_ABCS = frozenset({*collections.abc.__all__, *numbers.__all__, "PathLike"})


def touched(node: ast.stmt) -> set[str]:
    """Names whose value a statement changes: ``X.a = …``, ``X[k] = …``, ``X += …``, ``X.append(…)``, ``del X[k]``,
    ``@X.register``, ``Sequence.register(X)``; at any depth of a compound statement, not inside of functions or classes.
    """
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, (ast.Assign, ast.Delete)):
            for target in item.targets:
                found |= _roots(target)
        elif isinstance(item, (ast.AugAssign, ast.AnnAssign)):
            found |= _roots(item.target)
            if isinstance(item, ast.AugAssign):
                found |= set(target_names(item.target))
        elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            if isinstance(item.value.func, ast.Attribute):
                found |= _roots(item.value.func) | _made_one_of(item.value)
            elif (
                isinstance(item.value.func, ast.Name)
                and item.value.func.id in ("setattr", "delattr")
                and item.value.args
            ):
                found |= {n.id for n in item.value.args[:1] if isinstance(n, ast.Name)}
        elif isinstance(item, FUNCTIONS):
            for decorator in item.decorator_list:
                function = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(function, ast.Attribute) and function.attr in ("register", "setter", "getter", "deleter"):
                    found |= _roots(function)
            continue
        elif isinstance(item, (ast.ClassDef, ast.expr)):
            continue
        if isinstance(item, ast.If) and is_type_checking(item.test):
            continue
        todo += [
            child
            for child in ast.iter_child_nodes(item)
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        ]
    return found


def _made_one_of(call: ast.Call) -> set[str]:
    """The class that ``Sequence.register(Row)`` makes a virtual subclass of an ABC of the standard library."""
    match call:
        case ast.Call(func=ast.Attribute(value=abc, attr="register"), args=[ast.Name(id=name)], keywords=[]):
            return {name} if getattr(abc, "attr", getattr(abc, "id", "")) in _ABCS else set()
        case _:
            return set()


def _roots(target: ast.expr) -> set[str]:
    """The names at the root of attribute and item targets."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return {name for element in target.elts for name in _roots(element)}
    inner = target
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    return {inner.id} if isinstance(inner, ast.Name) and inner is not target else set()
