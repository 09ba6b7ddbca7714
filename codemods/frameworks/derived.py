"""What a tree makes of a class whose objects a framework knows by an attribute, which subclasses inherit."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.project import Tree, Unreadable

# By which keywords a class is given to what derives from it.
_BASE = re.compile(r"(?:^base|_cls|_class)$")
_QUESTIONS = ("isinstance", "issubclass", "super")


def is_only_a_base(tree: Tree, name: str) -> bool:
    """Does the tree derive from the class, or give it on as a `base` or `task_cls`, and make no objects of it?"""
    derived = False
    for _, module in _files_with(tree, name):
        bases = {id(b) for node in ast.walk(module) if isinstance(node, ast.ClassDef) for b in node.bases}
        bases |= {id(k.value) for k in ast.walk(module) if isinstance(k, ast.keyword) and _BASE.search(k.arg or "")}
        asked = (n for n in ast.walk(module) if isinstance(n, ast.Call) and last_name(n.func) in _QUESTIONS)
        bases |= {id(inner) for call in asked for inner in ast.walk(call)}
        own = {id(n) for node in module.body if getattr(node, "name", "") == name for n in ast.walk(node)}
        for node in ast.walk(module):
            if last_name(node) == name and isinstance(getattr(node, "ctx", None), ast.Load) and id(node) not in own:
                if id(node) not in bases:
                    return False
                derived = True
    return derived


def heirs(tree: Tree, name: str, attribute: str) -> list[str]:
    """The subclasses that would inherit an attribute which is written in a class of this name."""
    return sorted(
        node.name
        for _, module in _files_with(tree, name)
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and name in map(last_name, node.bases) and not binds(node, attribute)
    )


def binds(node: ast.ClassDef, attribute: str) -> bool:
    """Does the body of the class bind the name?"""
    targets = (t for s in node.body for t in getattr(s, "targets", [getattr(s, "target", None)]))
    return any(isinstance(t, ast.Name) and t.id == attribute for t in targets)


def last_name(node: ast.AST) -> str:
    """The name, or the last part of a dotted one."""
    return getattr(node, "id", getattr(node, "attr", ""))


def _files_with(tree: Tree, name: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(tree.code_with([name])):
        if path.endswith(".py"):
            try:
                yield path, tree.source(path).tree
            except Unreadable:
                continue
