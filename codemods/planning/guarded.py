"""Imports under a condition: an ``if`` with nothing but imports in its branches may lose those that nobody reads."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codemods.bindings import Import, Module


def unread(module: Module, node: ast.stmt, read: Collection[str]) -> tuple[Import, ...]:
    """The imports in an ``if`` that bind none of these names; none of them where a branch would be left empty."""
    found: list[Import] = []
    for branch in _branches(node):
        items = [item for item in module.imports if any(item.node is inner for inner in branch)]
        plain = all(isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in branch)
        if not plain or not any(item.binds in read for item in items) or any(item.binds == "*" for item in items):
            return ()
        found += [item for item in items if item.binds not in read]
    return tuple(found)


def _branches(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(node, ast.If):
        yield node.body
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            yield from _branches(node.orelse[0])
        elif node.orelse:
            yield node.orelse
