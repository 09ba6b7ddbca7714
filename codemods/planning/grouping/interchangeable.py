"""Classes of which there may be two without anybody noticing, where a module is executed twice.

What is made by one is no instance of the other, and what one keeps the other does not have. So code must not ask which
of the two it is: the class is only derived from, called, named in annotations, and read for its attributes; it is made
of plain values and functions; and nothing sets an attribute of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS

# Those that are compared or caught by what they are.
_KINDS = ("Error", "Exception", "Warning", "Enum", "Flag")
_METHODS = {
    "property",
    "staticmethod",
    "classmethod",
    "abstractmethod",
    "setter",
    "getter",
    "deleter",
    "cached_property",
}


def is_interchangeable(module: Module, node: ast.ClassDef, is_plain: Callable[[ast.expr], bool]) -> bool:
    """``is_plain``: is that a value that can't be changed?"""
    if node.decorator_list or node.keywords or any(_name(base).endswith(_KINDS) for base in node.bases):
        return False
    if not all(_is_quiet(statement, is_plain) for statement in node.body):
        return False
    return is_never_asked_for(module, node.name)


def is_never_asked_for(module: Module, name: str) -> bool:
    """Does nothing in a module ask whether it has to do with this class, or with another one of its name?"""
    return not _asks_for_classes(module) and all(_is_harmless(module, use) for use in _uses(module, name))


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _is_quiet(node: ast.stmt, is_plain: Callable[[ast.expr], bool]) -> bool:
    if isinstance(node, FUNCTIONS):
        return all(_name(decorator) in _METHODS for decorator in node.decorator_list)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is None or is_plain(node.value)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _asks_for_classes(module: Module) -> bool:
    """Does code compare classes, set class attributes through an instance, or dispatch on a class?"""
    nodes = module.source.nodes
    compared = (side for n in nodes.of(ast.Compare) for side in (n.left, *n.comparators))
    stored = (n.value for n in nodes.of(ast.Attribute) if not isinstance(n.ctx, ast.Load))
    registered = any(n.attr == "register" for n in nodes.of(ast.Attribute))
    return registered or any(map(_is_class_of, compared)) or any(map(_may_be_class, stored))


def _is_class_of(node: ast.expr) -> bool:
    """``type(x)``, ``x.__class__``"""
    return (isinstance(node, ast.Call) and _name(node.func) == "type") or _name(node) == "__class__"


def _may_be_class(node: ast.expr) -> bool:
    return _is_class_of(node) or _name(node) == "cls"


def _uses(module: Module, name: str) -> list[ast.Name]:
    return [n for n in module.source.nodes.of(ast.Name) if n.id == name]


def _is_harmless(module: Module, use: ast.Name) -> bool:
    parents = module.source.nodes.parents
    above = parents.get(id(use))
    if isinstance(above, ast.Call):
        return above.func is use
    if isinstance(above, ast.Attribute):
        return isinstance(above.ctx, ast.Load)
    if isinstance(above, ast.ClassDef):
        return use in above.bases
    child: ast.AST = use
    while above is not None and not isinstance(above, (ast.arg, ast.stmt)):
        child, above = above, parents.get(id(above))
    if isinstance(above, (ast.arg, ast.AnnAssign)):
        return above.annotation is child
    return isinstance(above, FUNCTIONS) and above.returns is child
