"""Imports under a condition: an ``if`` with nothing but imports in its branches may lose those that nobody reads, and
so may a ``try`` that fails whichever of them is missing, or takes the same names from elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from codemods.bindings import Import, Module, Moment, Reference
from codemods.bindings.imports import fails
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.imports.as_written import block_of


def unread(module: Module, node: ast.stmt, read: Collection[str]) -> tuple[Import, ...]:
    """The imports in an ``if`` that bind none of these names, and none that a test inside of it reads; none of them
    where a branch would be left empty."""
    if isinstance(node, ast.Try):
        return _unread_of_all(module, node, read) or _unread_of_fallbacks(module, node, read)
    if not isinstance(node, ast.If):
        return ()
    asked = {
        n.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.If)
        for n in ast.walk(inner.test)
        if isinstance(n, ast.Name)
    }
    found: list[Import] = []
    for branch in _branches(node):
        items = [item for item in module.imports if any(item.node is inner for inner in branch)]
        plain = all(isinstance(inner, (ast.Import, ast.ImportFrom, ast.If)) for inner in branch)
        gone = [item for item in items if item.binds not in read and item.binds not in asked]
        left = len(gone) < len(items) or any(isinstance(inner, ast.If) for inner in branch)
        if not plain or not left or any(item.binds == "*" for item in items):
            return ()
        found += gone
    return tuple(found)


def for_checkers_alone(guarded: Iterable[Import], references: Iterable[Reference]) -> Import | None:
    """``if TYPE_CHECKING: from x import y``, which has an ``else`` that annotations do not need."""
    if any(r.moment is not Moment.TYPING for r in references):
        return None
    found = [item for item in guarded if item.typing_only]
    return found[0] if len(found) == 1 else None


def _unread_of_all(module: Module, node: ast.Try, read: Collection[str]) -> tuple[Import, ...]:
    plain = all(isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in node.body)
    if not plain or node.orelse or node.finalbody or not all(map(fails, node.handlers)):
        return ()
    items = [item for item in module.imports if any(item.node is inner for inner in node.body)]
    gone = [item for item in items if item.binds not in read]
    return tuple(gone) if len(gone) < len(items) and not any(item.binds == "*" for item in items) else ()


def _unread_of_fallbacks(module: Module, node: ast.Try, read: Collection[str]) -> tuple[Import, ...]:
    """``try: from new import a, b`` / ``except ImportError: from old import a, b``: each statement keeps one name at
    least, so that the same modules are executed, and the same ones may be missing."""
    statements = [s for block in (node.body, *(handler.body for handler in node.handlers)) for s in block]
    if node.orelse or node.finalbody or not all(isinstance(s, ast.ImportFrom) for s in statements):
        return ()
    found: list[Import] = []
    for statement in statements:
        items = [item for item in module.imports if item.node is statement]
        gone = [item for item in items if item.binds not in read]
        found += gone if len(gone) < len(items) and all(item.binds != "*" for item in items) else ()
    return tuple(found)


def _branches(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of an ``if``, those of one inside of it too."""
    if isinstance(node, ast.If):
        for block in (node.body, node.orelse):
            chained = block is node.orelse and len(block) == 1 and isinstance(block[0], ast.If)
            if block and not chained:
                yield block
            for inner in block:
                yield from _branches(inner)


def blocks_of(source: Module, items: Iterable[Import]) -> list[ast.stmt]:
    """The blocks in which imports stand."""
    return [block for block in (block_of(source, item) for item in items) if block is not None]


def defines(block: ast.stmt) -> bool:
    """Do definitions stand beside the imports of a block?"""
    return any(isinstance(node, (*FUNCTIONS, ast.ClassDef)) for node in ast.walk(block))
