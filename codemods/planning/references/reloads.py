"""Where a module is executed again, or another one is put in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.references.module_values import ModuleValues, last_name

_TAKING = frozenset({"pop", "delitem", "__delitem__"})
_PUTTING = frozenset({"setitem", "__setitem__", "setdefault", "update"})


class Again(Enum):
    """What is done to a module that was imported."""

    RELOADED = "reloaded"
    REMOVED = "removed"  # the next import executes it again
    REPLACED = "replaced"


def reloads(values: ModuleValues) -> Iterator[tuple[Place, Again]]:
    """Each place of the tree at which that is done to a module."""
    for module in values.files.values():
        yield from _in_file(values, module)


def _in_file(values: ModuleValues, module: Module) -> Iterator[tuple[Place, Again]]:
    text = module.source.text
    if "reload" not in text and "modules" not in text:
        return
    nodes = module.source.nodes
    for call in nodes.of(ast.Call):
        called, first = last_name(call.func), call.args[0] if call.args else None
        if called == "reload" and values.holds(module, first):
            yield module.source.place(call), Again.RELOADED
        elif called in _TAKING | _PUTTING | {"dict"} and any(map(_is_sys_modules, _told(call))):
            named = [a for a in ast.walk(call) if isinstance(a, ast.expr) and values.is_named(module, a)]
            if named:
                yield module.source.place(call), Again.REMOVED if called in _TAKING else Again.REPLACED
    for node in nodes.of(ast.Subscript):
        if not isinstance(node.ctx, ast.Load) and last_name(node.value) == "modules" and values.holds(module, node):
            own = isinstance(node.slice, ast.Name) and module.path == values.path
            if not own and not _puts_back(module, node):
                stored = isinstance(node.ctx, ast.Store)
                yield module.source.place(node), Again.REPLACED if stored else Again.REMOVED


def _told(call: ast.Call) -> list[ast.expr]:
    """What a call is about: the object whose method it is, and its arguments."""
    return [*([call.func.value] if isinstance(call.func, ast.Attribute) else []), *call.args]


def _is_sys_modules(node: ast.expr) -> bool:
    return getattr(node, "value", None) == "sys.modules" or last_name(node) == "modules"


def _puts_back(module: Module, node: ast.Subscript) -> bool:
    """``sys.modules[name] = saved``, where ``saved`` was taken from there?"""
    above = module.source.nodes.parents.get(id(node))
    if not isinstance(above, ast.Assign) or not isinstance(above.value, ast.Name):
        return False
    name = above.value.id
    values = [
        other.value
        for other in module.source.nodes.of(ast.Assign)
        if any(isinstance(target, ast.Name) and target.id == name for target in other.targets)
    ]
    return bool(values) and all(map(_is_taken, values))


def _is_taken(value: ast.expr) -> bool:
    """Is it ``sys.modules[…]``, or what ``sys.modules.pop`` gives?"""
    if isinstance(value, ast.Subscript):
        return _is_sys_modules(value.value)
    taken = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("pop", "get")
    return taken and _is_sys_modules(value.func.value)  # type: ignore[attr-defined]
