"""A class statement as a side effect: it calls hooks of its bases, where they have some."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin

_LISTENS = ("__init_subclass__", "metaclass", "__subclasses__", "__set_name__")


def is_heard(snapshot: Snapshot, node: ast.stmt, changed: Iterable[Origin]) -> bool:
    """May somebody see that a statement ran that changes these objects of the tree? Of a class that is only defined, a
    base hears where the module of the base speaks of subclasses."""
    homes = {path for path, _ in changed if path not in ("", "=")}
    if not isinstance(node, ast.ClassDef) or node.decorator_list or node.keywords:
        return bool(homes)
    tables = [snapshot.symbols(path) for path in homes]
    return any(symbols is not None and any(word in symbols.source.text for word in _LISTENS) for symbols in tables)
