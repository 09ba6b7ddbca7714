"""What a call of a function evaluates: for certain, or under a condition."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.proof.importing.attempts import attempts
from codemods.proof.importing.side_effects import is_chain
from codemods.proof.statements.filled_texts import fields_read

_MODULES = ("sys.modules", "modules")
_UNBOUND = ("NameError", "Exception", "BaseException")


@dataclass(frozen=True)
class Perhaps:
    """A read in a function that stands under a condition."""

    node: ast.AST


def looks(body: list[ast.stmt]) -> Iterator[ast.AST | Perhaps]:
    kinds = (ast.Import, ast.ImportFrom, ast.Name, ast.Call, ast.Attribute)
    seen: set[int] = set()
    for node in certainly_evaluated(body, whole=True):
        seen.add(id(node))
        if isinstance(node, kinds) or attempts(node):
            yield node
            seen.update(id(inner) for inner in (ast.walk(node) if attempts(node) else ()))
        for field in (fields_read(node) or (node, ()))[1]:
            yield ast.copy_location(ast.Name(field.partition(".")[0], ast.Load()), node)
    yield from (Perhaps(n) for n in _evaluated(body) if id(n) not in seen and "." in chain_read(n))


def certainly_evaluated(body: list[ast.stmt], whole: bool = False) -> Iterator[ast.AST]:
    """What a call of a function certainly evaluates, imports first: no branches, no functions inside. ``whole``: what
    catches errors is not looked into."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop(0)
        yield node
        if isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Import, ast.ImportFrom)
        ) or (whole and attempts(node)):
            continue
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            todo.insert(0, node.test)
        elif isinstance(node, ast.BoolOp):
            todo.insert(0, node.values[0])
        elif isinstance(node, ast.Try) and not any(map(_catches_unbound, node.handlers)):
            todo[:0] = [n for n in node.body[:1] if not isinstance(n, (ast.Import, ast.ImportFrom))]
        elif isinstance(node, (ast.Try, ast.For, ast.AsyncFor)) or type(node).__name__ == "Match":
            continue
        elif isinstance(node, ast.AnnAssign):
            todo[:0] = [part for part in (node.target, node.value) if part]
        elif not isinstance(node, ast.GeneratorExp):
            todo[:0] = list(ast.iter_child_nodes(node))


def _evaluated(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What a body may evaluate: not what functions in it do."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def _catches_unbound(handler: ast.ExceptHandler) -> bool:
    """Does a handler catch that a name is not bound?"""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in _UNBOUND for kind in kinds)


def before_a_test(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body up to the first test after which it may be left: what it does whatever it is asked."""
    leaving = (ast.Return, ast.Raise)
    tests = (i for i, node in enumerate(body) if isinstance(node, ast.If) and isinstance(node.body[-1], leaving))
    return body[: next(tests, len(body) - 1) + 1]


def is_generator(function: ast.FunctionDef) -> bool:
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(function))


def chain_read(node: ast.AST) -> str:
    """The name that is read, with its attributes: `shop.core.Base`, and `getattr(shop.core, "Base", None)` too; `*` is
    one that is not written there, and `=shop|core` the module of that name, found by it: `sys.modules["shop.core"]`."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        return _chain(node) if isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr") and len(node.args) > 1:
        of, name = _chain(node.args[0]), node.args[1]
        if of and isinstance(name, ast.Constant):
            return f"{of}.{name.value}"
        return f"{of}.*" if of and isinstance(name, ast.Name) else ""
    return ""


def _chain(node: ast.expr) -> str:
    if is_chain(node):
        return ast.unparse(node)
    if isinstance(node, ast.Attribute):
        of = _chain(node.value)
        return f"{of}.{node.attr}" if of.startswith("=") else ""
    match node:
        case ast.Subscript(value=modules, slice=ast.Constant(value=str(name))) if ast.unparse(modules) in _MODULES:
            return f"={name.replace('.', '|')}"
        case ast.Call(func=ast.Attribute(value=modules, attr="get"), args=[ast.Constant(value=str(name)), *_]):
            return f"={name.replace('.', '|')}" if ast.unparse(modules) in _MODULES else ""
        case ast.Call(func=function, args=[ast.Constant(value=str(name))]):
            imports = getattr(function, "attr", getattr(function, "id", "")) == "import_module"
            return f"={name.replace('.', '|')}" if imports and not name.startswith(".") else ""
    return ""


def has_default(node: ast.AST) -> bool:
    """Does something stand in for a name that is not there? `getattr(shop, "Base", None)`, `hasattr(shop, "Base")`."""
    return isinstance(node, ast.Call) and (getattr(node.func, "id", "") == "hasattr" or len(node.args) > 2)
