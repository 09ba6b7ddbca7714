"""Exceptions that code catches, and asks for what they are: may one that moves be among them?"""

from __future__ import annotations

import ast
import builtins

from codemods.bindings import Module
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import moved_name


def may_be_caught(facts: Facts, module: Module, asked: ast.expr) -> bool:
    """Is what is asked, ``type(e)``, ``e.__class__``, of an exception that is caught, and may what moves be that?"""
    names = {n.id for n in ast.walk(asked) if isinstance(n, ast.Name)} - {"type"}
    handler: ast.AST | None = asked
    while handler is not None and not (isinstance(handler, ast.ExceptHandler) and handler.name in names):
        handler = module.source.nodes.parents.get(id(handler))
    return isinstance(handler, ast.ExceptHandler) and any(
        _is_among(facts, module, handler.type, node)
        for node in (s.node for group in facts.moving for s in group.statements)
        if isinstance(node, ast.ClassDef)
    )


def _is_among(facts: Facts, module: Module, caught: ast.expr | None, node: ast.ClassDef) -> bool:
    """Does a handler catch a class: by its name, by a base that is written, or as any exception?"""
    bases = {ast.unparse(base) for base in node.bases}
    if not any(_is_an_exception(base) for base in bases):
        return False
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        kind is None
        or ast.unparse(kind) in {"Exception", "BaseException", *bases}
        or moved_name(facts, module, kind) == node.name
        for kind in kinds
    )


def _is_an_exception(base: str) -> bool:
    known = getattr(builtins, base, None)
    if isinstance(known, type):
        return issubclass(known, BaseException)
    return base.endswith(("Error", "Exception", "Warning"))
