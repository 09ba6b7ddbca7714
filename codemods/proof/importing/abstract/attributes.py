"""What the methods of a class set on ``self``, read from its text once."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from codemods.project import walk
from codemods.project.nodes import assigned_pairs


@dataclass(frozen=True)
class OwnAttributes:
    """``set``: attributes that methods set; ``kept``: for some of them, names of the module that they hold; ``given``:
    those that hold what the instance was made with."""

    set: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)


def own_attributes(node: ast.AST) -> OwnAttributes:
    """Of a class: ``self.table = TABLE`` sets ``table``, and keeps what TABLE is unless that is a parameter."""
    nodes = walk(node)
    parameters = {n.arg for n in nodes if isinstance(n, ast.arg)}
    written = {n.attr for n in nodes if _of_self(n) and isinstance(n.ctx, ast.Store)}  # type: ignore[attr-defined]
    kept: dict[str, tuple[str, ...]] = {}
    fields = (f.target for f in getattr(node, "body", ()) if isinstance(f, ast.AnnAssign))
    given = {target.id for target in fields if isinstance(target, ast.Name)}
    for target, value in (pair for n in nodes if isinstance(n, ast.Assign) for pair in assigned_pairs(n)):
        if isinstance(target, ast.Attribute) and _of_self(target) and isinstance(value, ast.Name):
            if value.id in parameters:
                given.add(target.attr)
            else:
                kept[target.attr] = (*kept.get(target.attr, ()), value.id)
    return OwnAttributes(frozenset(written), frozenset(given), kept)


def defined_in(node: ast.ClassDef) -> dict[str, list[ast.stmt]]:
    """The functions and assignments in the body of a class, by the names that they give: the last one first, for it
    stands for the name. What sets or deletes a property is none of these."""
    found: dict[str, list[ast.stmt]] = {}
    for inner in node.body:
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = {inner.name}
        elif isinstance(inner, (ast.Assign, ast.AnnAssign)) and inner.value is not None:
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
        else:
            continue
        for name in names:
            found.setdefault(name, []).append(inner)
    return {name: [n for n in reversed(nodes) if not _is_accessor(n)] or nodes for name, nodes in found.items()}


def _is_accessor(node: ast.stmt) -> bool:
    """``@size.setter``"""
    return any(getattr(d, "attr", "") in ("setter", "deleter") for d in getattr(node, "decorator_list", ()))


def _of_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"
