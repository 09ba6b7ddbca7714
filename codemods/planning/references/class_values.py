"""Expressions that are a class, as the code around them shows: what asks one for its module asks no function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.module_values import last_name

_OF_CLASSES = frozenset({"__mro__", "__bases__", "__subclasses__", "mro"})
_ASKING = frozenset({"isclass", "issubclass"})


def is_a_class(project: ProjectIndex, module: Module, node: ast.expr) -> bool:
    """``type(field)``, ``cls``, a name that is bound to nothing else, or one that is tested for it beside."""
    if isinstance(node, ast.Call):
        return last_name(node.func) == "type" and len(node.args) == 1
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__"
    if not isinstance(node, ast.Name):
        return False
    if node.id in ("cls", "klass") or any(_asks(project, module, test, node.id, 1) for test in beside(module, node)):
        return True
    values = [value for name, value in bound_values(module) if name == node.id]
    return bool(values) and not _is_parameter(module, node.id) and all(map(_of_classes, values))


def _of_classes(value: ast.expr) -> bool:
    inner = value.func if isinstance(value, ast.Call) else value
    of_one = isinstance(value, ast.Call) and last_name(inner) == "type" and len(value.args) == 1
    return of_one or last_name(inner) in _OF_CLASSES


def _is_parameter(module: Module, name: str) -> bool:
    return any(argument.arg == name for argument in module.source.nodes.of(ast.arg))


def beside(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """The tests that have held when a place is reached: those before it in its ``and``, and those of ``if`` around."""
    parents = module.source.nodes.parents
    below: ast.AST = node
    while (above := parents.get(id(below))) is not None and not isinstance(above, (ast.Lambda, *FUNCTIONS)):
        if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.And):
            yield from above.values[: above.values.index(below)]  # type: ignore[arg-type]
        elif isinstance(above, ast.If) and below in above.body:
            yield above.test
        below = above


def _asks(project: ProjectIndex, module: Module, test: ast.expr, name: str, depth: int) -> bool:
    """Does a test hold for classes alone: ``isclass(x)``, ``isinstance(x, type)``, or a function that asks that?"""
    if isinstance(test, ast.BoolOp):
        return isinstance(test.op, ast.And) and any(_asks(project, module, v, name, depth) for v in test.values)
    if not (isinstance(test, ast.Call) and test.args and getattr(test.args[0], "id", "") == name):
        return False
    if last_name(test.func) in _ASKING:
        return True
    if last_name(test.func) == "isinstance" and len(test.args) == 2:
        return getattr(test.args[1], "id", "") == "type"
    chain = chain_of(test.func)
    target = resolved(project, module, chain) if chain and depth else None
    node = definition(project, target) if target is not None else None
    function = node.value if isinstance(node, ast.Assign) else node
    if target is None or not isinstance(function, (ast.Lambda, *FUNCTIONS)) or not function.args.args:
        return False
    value = _returned(function)
    inner = project.module(target[0])
    return value is not None and _asks(project, inner, value, function.args.args[0].arg, depth - 1)


def _returned(function: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """What a function returns that does nothing else."""
    if isinstance(function, ast.Lambda):
        return function.body
    body = [n for n in function.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    plain = len(body) == 1 and not function.decorator_list
    return body[0].value if plain and isinstance(body[0], ast.Return) else None
