"""What a call calls where it goes by another name: ``put = monkeypatch.setattr``, ``partial(patch.object, worker)``,
``import patch as instead``, ``self.make = Monkey``, ``HELPERS["make"]``, ``getattr(mock, "patch")``."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from codemods.bindings import Module
from codemods.planning.references.built_texts import bound_values
from codemods.project import Nodes

_DEEP = 3
_Table = dict[str, list[ast.expr]]


def calls_meant(module: Module, call: ast.Call) -> Iterator[ast.Call]:
    """The call as it is written, if it prepares no other, and as the calls that it may be by other names."""
    for function, given, keywords in _meant(module, call.func, _DEEP):
        if last_name(function) == "partial" and call.args:
            meant = ast.Call(call.args[0], call.args[1:], call.keywords)
            yield from calls_meant(module, ast.copy_location(meant, call))
        elif function is call.func:
            yield call
        else:
            meant = ast.Call(function, [*given, *call.args], [*keywords, *call.keywords])
            yield ast.copy_location(meant, call)


def _meant(
    module: Module, function: ast.expr, deep: int
) -> Iterator[tuple[ast.expr, list[ast.expr], list[ast.keyword]]]:
    """(what is called, what it is given before) for each thing that an expression may be."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield function, [], []
            for value in _table(module).get(name, ()) if deep else ():
                if not isinstance(value, (ast.Dict, ast.List, ast.Tuple)):
                    yield from _meant(module, value, deep - 1)
        case (
            ast.Subscript(value=ast.Name() | ast.Attribute() as table)
            | ast.Call(func=ast.Attribute(value=ast.Name() | ast.Attribute() as table, attr="get"))
        ):
            for value in _table(module).get(last_name(table), ()) if deep else ():
                for part in _parts(value):
                    yield from _meant(module, part, deep - 1)
        case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(name)), *_]):
            yield ast.copy_location(ast.Attribute(owner, name, ast.Load()), function), [], []
        case ast.Call(func=named, args=[first, *given], keywords=keywords) if last_name(named) == "partial":
            for inner, before, more in _meant(module, first, deep):
                yield inner, [*before, *given], [*more, *keywords]
        case ast.Call(func=ast.Name(id="staticmethod" | "classmethod"), args=[inner]):
            yield from _meant(module, inner, deep)
        case _:
            yield function, [], []


def _parts(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.Dict):
        return value.values
    return value.elts if isinstance(value, (ast.List, ast.Tuple)) else []


_TABLES: WeakKeyDictionary[Nodes, _Table] = WeakKeyDictionary()


def _table(module: Module) -> _Table:
    """By the names and attributes of a file, what they are set to that may be a function, or have some in it."""
    nodes = module.source.nodes
    if nodes not in _TABLES:
        found: _Table = defaultdict(list)
        pairs = [*bound_values(module)]
        for node in nodes.of(ast.Assign):
            pairs += ((target.attr, node.value) for target in node.targets if isinstance(target, ast.Attribute))
        pairs += ((i.asname, ast.Name(i.attribute, ast.Load())) for i in module.imports if i.asname and i.attribute)
        for name, value in pairs:
            if _may_be_called(value) and last_name(value) != name:
                found[name].append(value)
        _TABLES[nodes] = dict(found)
    return _TABLES[nodes]


def _may_be_called(value: ast.expr) -> bool:
    match value:
        case ast.Name() | ast.Attribute() | ast.Dict() | ast.List() | ast.Tuple():
            return True
        case ast.Call(func=function):
            return last_name(function) in ("partial", "getattr", "staticmethod", "classmethod")
        case _:
            return False


def last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c``; empty where there is no name."""
    return getattr(node, "attr", getattr(node, "id", ""))
