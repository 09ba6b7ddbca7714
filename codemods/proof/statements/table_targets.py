"""Patch targets that a table holds: ``patch(**{"target": "shop.orders.send", "new": fake})``."""

from __future__ import annotations

import ast

from codemods.project import Source


def table_targets(source: Source, table: ast.expr) -> list[ast.expr]:
    """What a table of a file that patches gives as the target; ``dict(target=…)`` is one as well."""
    if "patch" not in source.text:
        return []
    if isinstance(table, ast.Call):
        given = table.keywords if getattr(table.func, "id", "") == "dict" else []
        return [keyword.value for keyword in given if keyword.arg == "target"]
    pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
    return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "target"]
