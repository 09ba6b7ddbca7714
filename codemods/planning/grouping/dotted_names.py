"""What a dotted name means in the tree, and the statement that defines it."""

from __future__ import annotations

import ast

from codemods.bindings import Module
from codemods.planning.index.project_index import ProjectIndex


def resolved(project: ProjectIndex, module: Module, chain: tuple[str, ...]) -> tuple[str, str] | None:
    """The definition in the tree that a dotted name means: (path, name)."""
    found = project.origin(module.path, chain[0])
    if found is not None or len(chain) == 1:
        return found
    for item in module.top_imports.get(chain[0], ()):
        base = project.names.absolute(module.path, item.module or None, item.level)
        if base is None:
            continue
        start = f"{base}.{item.attribute}" if item.attribute else base if item.asname else chain[0]
        dotted = [*start.split("."), *chain[1:-1]]
        target = project.names.find(".".join(dotted), module.path)
        if target is not None:
            return project.origin(target, chain[-1])
    return None


def definition(project: ProjectIndex, found: tuple[str, str]) -> ast.stmt | None:
    """The last statement that defines a name, be that deleted below: ``_fill(); del _fill``."""
    statements = project.module(found[0]).definitions.get(found[1], ())
    return next((s.node for s in reversed(statements) if not isinstance(s.node, ast.Delete)), None)


def chain_of(node: ast.expr) -> tuple[str, ...]:
    """``a.b.c`` as its parts; empty where it starts with no plain name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()
