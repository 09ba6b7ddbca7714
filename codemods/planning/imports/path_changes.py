"""Imports that stand below a statement by which they find their module: ``sys.path.insert(0, ROOT)``."""

from __future__ import annotations

import ast

from codemods.bindings import Import, Module

_CHANGING = frozenset({"addsitedir", "chdir"})


def below_path_change(source: Module, item: Import) -> bool:
    """Does a statement above an import change where imports look?"""
    return any(
        s.node.lineno < item.node.lineno and not s.is_import and _changes_path(s.node)
        for s in source.statements
        if not isinstance(s.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    )


def _changes_path(node: ast.stmt) -> bool:
    """Does it name ``sys.path``, or call what changes it?"""
    return any(
        isinstance(n, ast.Attribute)
        and (n.attr in _CHANGING or (n.attr == "path" and getattr(n.value, "id", "") == "sys"))
        for n in ast.walk(node)
    )
