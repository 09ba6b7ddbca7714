"""The definitions of the tree that an expression means."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.proof.snapshot.resolution import Snapshot


def definitions_meant(snapshot: Snapshot, path: str, node: ast.expr) -> Iterator[tuple[str, ast.stmt]]:
    """(file, function or class) for each that a name, or an attribute of a module, may be, read in ``path``."""
    for where, name in snapshot.meaning(path, node):
        symbols = snapshot.symbols(where) if where.endswith(".py") else None
        for made in symbols.body if symbols is not None else ():
            if getattr(made, "name", "") == name:
                yield where, made
