"""What of the tree an expression means, and what a statement binds."""

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


def names_bound(snapshot: Snapshot, path: str, node: ast.stmt) -> Iterator[str]:
    """The names that one statement binds for the program, those that a star import brings from the tree too."""
    for name, bound in snapshot.bound_by(path, node, False):
        target = snapshot.find(bound.module, path) if name == "*" else None
        if target is None:
            yield name
        else:
            yield from (brought for brought in snapshot.namespace(target) if snapshot.exports(target, brought))
