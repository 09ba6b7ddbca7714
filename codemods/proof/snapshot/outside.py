"""What an expression is called outside of the tree: ``app.task`` is ``celery.Celery().task``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin

_Seen = frozenset[Origin]


def dotted_names(snapshot: Snapshot, path: str, node: ast.expr, seen: _Seen = frozenset()) -> frozenset[str]:
    """The dotted names that an expression may have outside of the tree; ``()`` stands behind what is called."""
    if isinstance(node, ast.Call):
        made = {f"{name}()" for name in dotted_names(snapshot, path, node.func, seen)}
        return frozenset(made | {n for o in snapshot.meaning(path, node.func) for n in _returned(snapshot, o, seen)})
    if isinstance(node, ast.Subscript):
        return dotted_names(snapshot, path, node.value, seen)
    if isinstance(node, (ast.Name, ast.Attribute)):
        origins = snapshot.meaning(path, node)
        found = {name for where, name in origins if where == ""}
        found |= {n for o in origins if o[0] not in ("", "=") for n in _bound_to(snapshot, o, seen)}
        if not origins and isinstance(node, ast.Attribute):
            found = {f"{name}.{node.attr}" for name in dotted_names(snapshot, path, node.value, seen)}
        return frozenset(found)
    return frozenset()


def dotted_bases(snapshot: Snapshot, path: str, node: ast.ClassDef, seen: _Seen = frozenset()) -> frozenset[str]:
    """The classes outside of the tree that a class derives from, through others of the tree."""
    found: set[str] = set()
    for base in node.bases:
        found |= dotted_names(snapshot, path, base)
        for origin in snapshot.meaning(path, base) - seen:
            for above in _statements(snapshot, origin):
                if isinstance(above, ast.ClassDef):
                    found |= dotted_bases(snapshot, origin[0], above, seen | {origin})
    return frozenset(found)


def _statements(snapshot: Snapshot, origin: Origin) -> Iterator[ast.stmt]:
    """The statements that bind a name of the tree."""
    symbols = snapshot.symbols(origin[0]) if origin[0] not in ("", "=") else None
    for node in symbols.source.tree.body if symbols is not None else ():
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name == origin[1]:
                yield node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == origin[1] for t in targets):
                yield node


def _bound_to(snapshot: Snapshot, origin: Origin, seen: _Seen) -> Iterator[str]:
    if origin in seen:
        return
    for node in _statements(snapshot, origin):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from dotted_names(snapshot, origin[0], node.value, seen | {origin})
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                yield from (f"{name}()" for name in dotted_names(snapshot, origin[0], decorator, seen | {origin}))


def _returned(snapshot: Snapshot, origin: Origin, seen: _Seen) -> Iterator[str]:
    """What a function of the tree returns, where that is made in it."""
    if origin in seen:
        return
    for function in _statements(snapshot, origin):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        assigned = [n for n in ast.walk(function) if isinstance(n, ast.Assign)]
        local = {t.id: n.value for n in assigned for t in n.targets if isinstance(t, ast.Name)}
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                value = local.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
                yield from dotted_names(snapshot, origin[0], value, seen | {origin})
