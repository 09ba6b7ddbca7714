"""Where a module is executed again, or another one is put in its place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from enum import Enum

from codemods.bindings import Module, Moment
from codemods.bindings.scopes import target_names
from codemods.model import Place
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.second_execution import has_no_state
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
            said = [call, *_looped_over(module, call)]
            if any(isinstance(a, ast.expr) and values.is_named(module, a) for part in said for a in ast.walk(part)):
                yield module.source.place(call), Again.REMOVED if called in _TAKING else Again.REPLACED
    for node in nodes.of(ast.Subscript):
        if isinstance(node.ctx, ast.Load) or last_name(node.value) != "modules":
            continue
        looped = (a for part in _looped_over(module, node) for a in ast.walk(part) if isinstance(a, ast.expr))
        if values.holds(module, node) or any(values.is_named(module, a) for a in looped):
            own = isinstance(node.slice, ast.Name) and module.path == values.path
            if not own and not _puts_back(module, node):
                stored = isinstance(node.ctx, ast.Store)
                yield module.source.place(node), Again.REPLACED if stored else Again.REMOVED


def renewed(
    values: ModuleValues, groups: DefinitionGroups, moving: Collection[DefinitionGroup], by: Again
) -> Iterator[str]:
    """What moved functions read by its name, and what an execution of the source makes anew where that is done: values
    that stay, whatever reads them, and imported modules which the same files take out or replace."""
    places = [place for place, kind in reloads(values) if kind is by]
    others = {text for path in {place.path for place in places} for text in _keys(values.files[path])}
    for name in sorted({r.name for group in moving for r in group.references if r.moment is Moment.CALL}):
        if places and _is_made_anew(groups, moving, name, others):
            yield name


def _is_made_anew(
    groups: DefinitionGroups, moving: Collection[DefinitionGroup], start: str, others: Collection[str]
) -> bool:
    seen, todo = set[str](), [start]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if any(item.module in others for item in groups.module.top_imports.get(name, ())):
            return True
        group = groups.by_name.get(name)
        if group is not None and group not in moving:
            if not has_no_state(groups, group):
                return True
            todo += [r.name for r in group.references if r.moment is not Moment.TYPING]
    return False


def _keys(module: Module) -> Iterator[str]:
    """The modules that a file takes out of `sys.modules`, or puts there, by their names."""
    nodes = module.source.nodes
    calls = [
        c for c in nodes.of(ast.Call) if last_name(c.func) in _TAKING | _PUTTING and any(map(_is_sys_modules, _told(c)))
    ]
    slices = [node.slice for node in nodes.of(ast.Subscript) if last_name(node.value) == "modules"]
    for node in (n for part in (*calls, *slices) for n in ast.walk(part) if isinstance(n, ast.Constant)):
        if isinstance(node.value, str):
            yield node.value


def _looped_over(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """Through what the loops around a node go that bind a name which it reads."""
    parents = module.source.nodes.parents
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    above: ast.AST | None = node
    while (above := parents.get(id(above))) is not None:
        if isinstance(above, (ast.For, ast.AsyncFor)) and not read.isdisjoint(target_names(above.target)):
            yield above.iter


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
