"""Patch targets that a table holds: ``patch(**{"target": "shop.orders.send", "new": fake})``."""

from __future__ import annotations

import ast

from codemods.project import Source


def table_targets(source: Source, table: ast.Dict) -> list[ast.expr]:
    """What a table of a file that patches gives as the target."""
    if "patch" not in source.text:
        return []
    pairs = zip(table.keys, table.values, strict=True)
    return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "target"]
