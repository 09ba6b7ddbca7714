"""The source is executed again, or another module is put in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import ModuleValues, last_name

CODE = "module-reloaded"
ACCEPTS = True
TITLE = "a program executes the source again, or replaces the whole module"
MEANING = """`importlib.reload(settings)` makes the values of one module anew, and so does an import after
`del sys.modules["shop.settings"]`; what stands in another module is not made again. A test that puts a module of its
own into `sys.modules` reaches whoever imports that module, and nobody who imports from the destination. Plain functions
are the same each time, and move."""
EXAMPLE = """
-- shop/settings.py --
import os
DEBUG = os.environ.get("SHOP_DEBUG") == "1"
NAME = "shop"
-- shop/app.py --
import importlib
from shop import settings
def refresh():
    importlib.reload(settings)
    return settings.DEBUG
-- move --
shop/settings.py shop/flags.py DEBUG
"""
_REMEDIES = ("reload, or replace, the new module there too, first", "leave it where it is")
_TAKING = frozenset({"pop", "delitem", "__delitem__"})
_PUTTING = frozenset({"setitem", "__setitem__", "setdefault", "update"})


def find(facts: Facts) -> Iterator[Hazard]:
    again = [group for group in facts.moving if not _is_same_each_time(facts, group)]
    for module in facts.referrers.values.files.values():
        for place, replaced in places(facts.referrers.values, module):
            if replaced:
                reason = f"another module is put in the place of {facts.move.source} here"
                yield Hazard(CODE, place, f"{reason}: it would not reach who imports what moves", _REMEDIES)
            elif again:
                reason = f"{facts.move.source} is executed again here, and {again[0].label} would not be made anew"
                yield Hazard(CODE, place, reason, _REMEDIES)


def _is_same_each_time(facts: Facts, group: object) -> bool:
    """Is this a plain function?"""
    statements = getattr(group, "statements", ())
    return all(
        isinstance(s.node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not s.node.decorator_list for s in statements
    )


def places(values: ModuleValues, module: Module) -> Iterator[tuple[Place, bool]]:
    """(place, whether another module takes its place) for each reload or replacement of the module in one file."""
    text = module.source.text
    if "reload" not in text and "modules" not in text:
        return
    nodes = module.source.nodes
    for call in nodes.of(ast.Call):
        called, first = last_name(call.func), call.args[0] if call.args else None
        if called == "reload" and values.holds(module, first):
            yield module.source.place(call), False
        elif called in _TAKING | _PUTTING | {"dict"} and any(map(_is_sys_modules, _told(call))):
            named = [a for a in ast.walk(call) if isinstance(a, ast.expr) and values.is_named(module, a)]
            if named:
                yield module.source.place(call), called not in _TAKING
    for node in nodes.of(ast.Subscript):
        if not isinstance(node.ctx, ast.Load) and last_name(node.value) == "modules" and values.holds(module, node):
            own = isinstance(node.slice, ast.Name) and module.path == values.path
            if not own and not _puts_back(module, node):
                yield module.source.place(node), isinstance(node.ctx, ast.Store)


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
