"""Names that a function looks up in its module's namespace: ``globals()[name]``, which moved code does as
``vars(module)[name]``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from codemods.bindings import Module, Moment, Statement
from codemods.bindings.references import Deferring
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.edits.model import DeferredImport, NewImport
from codemods.planning.edits.module_references import reference_to
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Names


def lookups(module: Module, statement: Statement) -> Iterator[tuple[ast.Call, Deferring]]:
    """Each ``globals()`` of a statement that runs in a function, or in a test of a module ``__getattr__``, and serves
    to read one name; and that function."""
    found = [r for r in statement.references if r.name == "globals" and r.called and r.moment is Moment.CALL]
    if not found or {"globals", "vars"} & module.binds:
        return
    parents = {id(child): node for node in ast.walk(statement.node) for child in ast.iter_child_nodes(node)}
    for reference in found:
        call = parents[id(reference.node)]
        if isinstance(call, ast.Call) and not call.args and not call.keywords:
            inside = isinstance(reference.function, FUNCTIONS) or reference.method == "__getattr__"
            if reference.function is not None and inside and _reads_one(call, parents):
                yield call, reference.function


def _reads_one(call: ast.Call, parents: dict[int, ast.AST]) -> bool:
    above = parents[id(call)]
    outer: ast.AST | None = above
    while outer is not None:
        # Before Python 3.12 what stands in an f-string has no place of its own.
        if isinstance(outer, ast.JoinedStr):
            return False
        outer = parents.get(id(outer))
    if isinstance(above, ast.Subscript):
        return above.value is call and isinstance(above.ctx, ast.Load)
    if isinstance(above, ast.Compare):
        return above.comparators == [call] and isinstance(above.ops[0], (ast.In, ast.NotIn))
    method = parents[id(above)] if isinstance(above, ast.Attribute) and above.attr == "get" else None
    return isinstance(method, ast.Call) and method.func is above


def module_import(names: Names, source: str, destination: str, relative: bool, function: Deferring) -> DeferredImport:
    """The import of the source as a module at the start of a function that moves."""
    return DeferredImport(function, as_module(names, source, destination, relative, [function]))


def as_module(
    names: Names,
    source: str,
    destination: str,
    relative: bool,
    readers: Iterable[ast.AST],
    taken: Collection[str] = (),
) -> NewImport:
    """The import of the source as a module, by a name that no reader has for something else, and none of ``taken``."""
    text = reference_to(source, destination, relative, names)
    parent, _, last = text.rpartition(".")
    if not last:  # the package that the destination stands in
        parent, _, last = names.dotted(source).rpartition(".")
    elif text.startswith(".") and not parent.strip("."):
        parent = text[: -len(last)]
    taken = {*taken} | {name for reader in readers for name in _identifiers(reader)}
    asname = next((n for n in (last, f"{last}_module", f"_{last}_module") if n not in taken), f"_{last}_")
    new = NewImport(parent, last, asname if asname != last else None)
    return new if parent else NewImport(last, None, new.asname)


def bound_to_others(project: ProjectIndex, destination: str, source: str) -> frozenset[str]:
    """What a standing destination binds, and not to the source."""
    if destination not in project.tree.paths:
        return frozenset()
    module, names = project.module(destination), project.names
    same: set[str] = set()
    for name, items in module.top_imports.items():
        for item in items:
            base = names.absolute(destination, item.module or None, item.level) or ""
            if names.find(f"{base}.{item.attribute}", destination) == source:
                same.add(name)
    return frozenset(module.binds - same)


def _identifiers(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
