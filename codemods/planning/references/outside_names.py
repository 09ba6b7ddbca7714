"""The library name of an expression: ``app.task`` is ``celery.Celery().task``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable

_Seen = frozenset[tuple[str, str]]


def outside_names(project: ProjectIndex, module: Module, node: ast.expr, seen: _Seen = frozenset()) -> frozenset[str]:
    """The dotted names of what an expression is, through imports, variables and functions of the tree; ``()`` stands
    behind what is called. Empty for what is of the tree."""
    match node:
        case ast.Name(id=name):
            return frozenset(_of_name(project, module, name, seen))
        case ast.Attribute(value=value, attr=attribute):
            inner = _module_of(project, module, value)
            if inner is not None:
                return frozenset(_of_name(project, inner, attribute, seen))
            return frozenset(f"{name}.{attribute}" for name in outside_names(project, module, value, seen))
        case ast.Call(func=function):
            made = frozenset(f"{name}()" for name in outside_names(project, module, function, seen))
            return made | frozenset(_returned(project, module, function, seen))
        case ast.Subscript(value=value):
            return outside_names(project, module, value, seen)
        case _:
            return frozenset()


def outside_bases(
    project: ProjectIndex, module: Module, node: ast.ClassDef, seen: _Seen = frozenset()
) -> frozenset[str]:
    """The classes from outside of the tree that a class derives from, through others of the tree."""
    found: set[str] = set()
    for base in node.bases:
        found |= outside_names(project, module, base)
        for path, above in tree_classes(project, module, base):
            if (path, above.name) not in seen:
                found |= outside_bases(project, project.module(path), above, seen | {(path, above.name)})
    return frozenset(found)


def tree_classes(project: ProjectIndex, module: Module, node: ast.expr) -> Iterator[tuple[str, ast.ClassDef]]:
    """The class of the tree that an expression names: (path, class)."""
    inner, name = module, getattr(node, "id", "")
    if isinstance(node, ast.Subscript):
        yield from tree_classes(project, module, node.value)
        return
    if isinstance(node, ast.Attribute):
        found = _module_of(project, module, node.value)
        inner, name = (found, node.attr) if found is not None else (module, "")
    origin = project.origin(inner.path, name) if name else None
    if origin is not None:
        for statement in project.module(origin[0]).definitions.get(origin[1], ()):
            if isinstance(statement.node, ast.ClassDef):
                yield origin[0], statement.node


def _module_of(project: ProjectIndex, module: Module, node: ast.expr) -> Module | None:
    """The module of the tree that an expression is, by the imports of the file."""
    text = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
    root, _, rest = text.partition(".")
    for item in module.top_imports.get(root, ()):
        base = project.names.absolute(module.path, item.module or None, item.level) or ""
        whole = f"{base}.{item.attribute}".strip(".") if item.attribute else base if item.asname else root
        path = project.names.find(f"{whole}.{rest}" if rest else whole, module.path)
        if path is not None and path.endswith(".py") and project.origin(module.path, root) is None:
            try:
                return project.module(path)
            except (Unreadable, OSError):
                return None
    return None


def _of_name(project: ProjectIndex, module: Module, name: str, seen: _Seen) -> Iterator[str]:
    if (module.path, name) in seen:
        return
    seen |= {(module.path, name)}
    for statement in module.definitions.get(name, ()):
        value = getattr(statement.node, "value", None)
        if isinstance(value, ast.expr):
            yield from outside_names(project, module, value, seen)
        elif isinstance(statement.node, FUNCTIONS):  # a decorator may make something else of a function
            for decorator in statement.node.decorator_list:
                made = (f"{n}()" for n in outside_names(project, module, decorator, seen))
                yield from made
    if module.definitions.get(name):
        return
    for item in module.top_imports.get(name, ()):
        target = project.target(module, item)
        base = project.names.absolute(module.path, item.module or None, item.level) or ""
        if target is None:
            yield f"{base}.{item.attribute}" if item.attribute else base if item.asname else name
        elif item.attribute is not None:
            try:
                yield from _of_name(project, project.module(target), item.attribute, seen)
            except (Unreadable, OSError):
                continue
    for star in module.stars:
        target = project.target(module, star)
        if target is not None and project.exports(target, name):
            yield from _of_name(project, project.module(target), name, seen)


def _returned(project: ProjectIndex, module: Module, function: ast.expr, seen: _Seen) -> Iterator[str]:
    """What a function of the tree returns: ``app = make_celery()``."""
    name = function.id if isinstance(function, ast.Name) else ""
    origin = project.origin(module.path, name) if name else None
    if origin is None or (origin[0], f"{origin[1]}()") in seen:
        return
    owner = project.module(origin[0])
    for statement in owner.definitions.get(origin[1], ()):
        if isinstance(statement.node, FUNCTIONS):
            local = {
                t.id: n.value
                for n in ast.walk(statement.node)
                if isinstance(n, ast.Assign)
                for t in n.targets
                if isinstance(t, ast.Name)
            }
            for node in ast.walk(statement.node):
                if isinstance(node, ast.Return) and node.value is not None:
                    value = local.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
                    yield from outside_names(project, owner, value, seen | {(origin[0], f"{origin[1]}()")})
