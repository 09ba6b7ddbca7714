"""Names of a module that code sets by other means than assigning them: through its namespace, or by a name in a string.

``globals()["X"] = …``, ``vars(module).update(X=…)``, ``module.__dict__[…] = …``, ``setattr(module, name, …)``. Who
reads such a name must go on reading it where it is set. What the module does so while it is made is in
``overwriting.py``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.grouping.definition_groups import DefinitionGroups
from codemods.planning.references.called_as import calls_meant
from codemods.planning.references.module_values import ModuleValues, last_name
from codemods.planning.references.overwriting import overwritten
from codemods.project import Nodes, Tree, walk

_Test = Callable[[ast.expr], bool]
_SETTERS = ("setattr", "delattr")
_ITEM_SETTERS = ("update", "setdefault", "pop", "clear", "__setitem__")


@dataclass(frozen=True)
class Write:
    """A place that sets a name of the module; None: any of its values. ``plain``: by the module itself and the name, as
    in ``module.name = …``, ``setattr(module, "name", …)``. ``again``: by the module, while it is made, over a value
    that it bound above."""

    name: str | None
    place: Place
    plain: bool = False
    again: bool = False


def written(values: ModuleValues, groups: DefinitionGroups) -> tuple[Write, ...]:
    """Every such place for the module of ``groups``, in the files in which somebody may hold it."""
    found: list[Write] = []
    for module in values.files.values():
        found += _writes(module, values, inside=module.path == groups.module.path)
    found += (Write(name, place, again=True) for name, place in overwritten(values.project, groups))
    return tuple(found)


def names_written(tree: Tree, groups: DefinitionGroups, writes: tuple[Write, ...]) -> frozenset[str]:
    """The names that these places may set: those they say, else all values, and from another module whatever it has;
    of what it imports what some file has as a text or a keyword. Who sets plainly what functions of the module rebind
    can set it in another module as well."""
    follows = groups.module.rebound
    found = {w.name for w in writes if w.name is not None and not (w.plain and w.name in follows)}
    unknown = {write.place.path for write in writes if write.name is None}
    if unknown:
        found |= {name for name, group in groups.by_name.items() if not group.is_class and not group.is_function}
    if unknown - {groups.module.path}:
        found |= {name for name in groups.module.binds if name in groups.by_name or _is_said(tree, name)}
    return frozenset(found & groups.module.binds)


def _is_said(tree: Tree, name: str) -> bool:
    """Does a file have it as a text, ``"time"``, or as a keyword, ``put(time=fake)``?"""
    said = re.compile(rf"[\"']{name}[\"']|[(,{{]\s*{name}\s*=[^=]".encode())
    return any(said.search(tree.peek(path)) for path in tree.code_with([name]))


def _writes(module: Module, values: ModuleValues, inside: bool) -> Iterator[Write]:
    def is_module(node: ast.expr) -> bool:
        return values.holds(module, node)

    def is_namespace(node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == "__dict__" and is_module(node.value)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return False
        if node.func.id == "vars" and node.args:
            return is_module(node.args[0])
        return inside and node.func.id == "globals"

    inside_functions: set[int] | None = None
    nodes = module.source.nodes
    for node in (*nodes.of(ast.Subscript), *nodes.of(ast.Attribute), *nodes.of(ast.Call)):
        names: list[str | None] = []
        plain = isinstance(node, ast.Attribute)
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and is_namespace(node.value):
            names = [_text(node.slice)]
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and is_module(node.value):
            names = [node.attr]
        for call in calls_meant(module, node) if isinstance(node, ast.Call) else ():
            if call.args or call.keywords:
                said, by_name = _said_by(call, is_module, is_namespace)
                names, plain = [*names, *said], plain or by_name
        if inside and None in names:
            inside_functions = inside_functions or _inside_functions(nodes)
            names = [name for name in names if name is not None or id(node) in inside_functions]
        plain = plain and not inside
        yield from (Write(name, module.source.place(node), plain) for name in names)


def _said_by(call: ast.Call, is_module: _Test, is_namespace: _Test) -> tuple[list[str | None], bool]:
    """(the names that a call sets, None for any; are they said by the module and the name?)"""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    called, first = last_name(call.func), call.args[0] if call.args else None
    if called in _SETTERS and len(call.args) > 1 and is_module(call.args[0]):
        return [_text(call.args[1])], True
    if called.strip("_") in _SETTERS and owner is not None and first is not None and called.endswith("__"):
        given = [owner, *call.args]  # orders.__setattr__("send", fake), object.__setattr__(orders, "send", fake)
        name = next((after for one, after in zip(given, given[1:], strict=False) if is_module(one)), None)
        return ([_text(name)], True) if name is not None else ([], False)
    if called in _ITEM_SETTERS and owner is not None and is_namespace(owner):
        return [*(n for argument in call.args[:1] for n in _keys(argument)), *(k.arg for k in call.keywords)], False
    if called == "exec" and len(call.args) > 1 and is_namespace(call.args[1]):
        return [None], False
    if called in ("setitem", "dict") and first is not None and is_namespace(first):
        more = [k.arg for k in call.keywords] if called == "dict" else []
        return [*(n for argument in call.args[1:2] for n in _keys(argument)), *more], False
    return [], False


def _inside_functions(nodes: Nodes) -> set[int]:
    """The ids of the nodes that stand inside a function."""
    functions = (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef), *nodes.of(ast.Lambda))
    return {id(node) for function in functions for node in walk(function) if node is not function}


def _keys(node: ast.expr) -> list[str | None]:
    """The names that an argument says: a key, a dict that is written there."""
    if isinstance(node, ast.Dict):
        return [_text(key) if key is not None else None for key in node.keys]
    return [_text(node)]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
