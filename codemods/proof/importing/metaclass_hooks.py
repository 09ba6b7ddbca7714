"""Methods that a metaclass of the tree calls of each class that it makes: ``cls.__classinit__(cls)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.project import walk
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.name_resolution import last_name

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def methods_called(snapshot: Snapshot, path: str, node: ast.stmt) -> frozenset[str]:
    """Their names, for a class and those that derive from it: its metaclass may be that of a base, in any module."""
    if not isinstance(node, ast.ClassDef):
        return frozenset()
    found: set[str] = set()
    met: set[tuple[str, str]] = set()
    todo: list[tuple[str, ast.ClassDef, bool]] = [(path, node, False)]
    while todo:
        where, one, is_meta = todo.pop()
        if (where, one.name) in met:
            continue
        met.add((where, one.name))
        found |= {*_called_of_the_new_class(one)} if is_meta else set()
        above = [(base, is_meta) for base in one.bases]
        above += [(keyword.value, True) for keyword in one.keywords if keyword.arg == "metaclass"]
        for expression, meta in above:
            meant = definitions_meant(snapshot, where, expression)
            todo += ((home, made, meta) for home, made in meant if isinstance(made, ast.ClassDef))
    return frozenset(found)


def _called_of_the_new_class(meta: ast.ClassDef) -> Iterator[str]:
    for method in (n for n in meta.body if isinstance(n, _FUNCTIONS)):
        assigned = [n for n in walk(method) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call)]
        new = [n.targets for n in assigned if last_name(n.value.func) == "__new__"]  # type: ignore[attr-defined]
        names = {ast.unparse(target) for targets in new for target in targets}
        names |= {a.arg for a in method.args.args[:1]} if method.name == "__init__" else set()
        calls = (n.func for n in walk(method) if isinstance(n, ast.Call))
        yield from (f.attr for f in calls if isinstance(f, ast.Attribute) and ast.unparse(f.value) in names)
