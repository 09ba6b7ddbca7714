"""Where code asks a module for the folder of its file, which is that of all modules beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.project import Nodes


def folders(nodes: Nodes) -> Iterator[ast.AST]:
    """``__file__`` in ``Path(__file__).parent``, ``Path(__file__).with_name(…)``, ``os.path.dirname(__file__)``; also
    where a variable of a function holds the path, and is used for nothing but its folder."""
    asked = [n.value for n in nodes.of(ast.Attribute) if n.attr in ("parent", "parents", "with_name")]
    asked += [call.args[0] for call in nodes.of(ast.Call) if _last_name(call.func) == "dirname" and call.args]
    names = [name for node in asked for name in _paths(node)]
    yield from (name for name in names if name.id == "__file__")
    found = {id(name) for name in names}
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for function in nodes.of(kind):
            yield from (name for made in _made_once(function, found) for name in _paths(made) if name.id == "__file__")


def _made_once(function: ast.FunctionDef | ast.AsyncFunctionDef, found: set[int]) -> Iterator[ast.expr]:
    """The values of variables that are bound once, and of which only ``found`` places read."""
    inside = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    for node in ast.walk(function):
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
            if all(n is target or id(n) in found for n in inside if n.id == target.id):
                yield node.value


def _paths(node: ast.expr) -> Iterator[ast.Name]:
    """The names in whose folder a path is, if they are paths: ``Path(path or __file__).resolve()``."""
    match node:
        case ast.Name():
            yield node
        case ast.BoolOp(values=values):
            yield from (name for value in values for name in _paths(value))
        case ast.IfExp(body=body, orelse=other):
            yield from (*_paths(body), *_paths(other))
        case ast.Attribute(value=value, attr="resolve" | "absolute"):
            yield from _paths(value)
        case ast.Call(func=function, args=arguments):
            wraps = arguments and _last_name(function) in ("Path", "PurePath", "abspath", "realpath")
            yield from _paths(arguments[0] if wraps else function)


def _last_name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))
