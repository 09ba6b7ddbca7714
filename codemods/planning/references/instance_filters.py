"""Code that goes through a namespace and keeps the instances of a class: it finds no function and no class in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.outside_names import tree_classes

_PLAIN = frozenset({"str", "bytes", "int", "float", "bool", "list", "tuple", "dict", "set", "frozenset"})


def keeps_instances_only(world: ProjectIndex, module: Module, namespace: ast.expr) -> bool:
    """``[v for v in vars().values() if isinstance(v, Field)]``, or a loop that does nothing for other values."""
    parents = module.source.nodes.parents
    above = parents.get(id(namespace))
    call = parents.get(id(above)) if isinstance(above, ast.Attribute) and above.attr in ("values", "items") else None
    around = parents.get(id(call)) if isinstance(call, ast.Call) else None
    if isinstance(around, ast.comprehension):
        return _tests(world, module, around.target, around.ifs)
    if isinstance(around, ast.For) and len(around.body) == 1 and isinstance(around.body[0], ast.If):
        return not around.body[0].orelse and _tests(world, module, around.target, [around.body[0].test])
    return False


def _tests(world: ProjectIndex, module: Module, target: ast.expr, tests: list[ast.expr]) -> bool:
    value = target.elts[-1] if isinstance(target, ast.Tuple) else target
    return any(
        isinstance(test, ast.Call)
        and getattr(test.func, "id", "") == "isinstance"
        and len(test.args) == 2
        and ast.dump(test.args[0]) == ast.dump(ast.Name(getattr(value, "id", ""), ast.Load()))
        and all(_makes_values(world, module, one) for one in _classes(test.args[1]))
        for joined in tests
        for test in (joined.values if isinstance(joined, ast.BoolOp) and isinstance(joined.op, ast.And) else [joined])
    )


def _classes(node: ast.expr) -> Iterator[ast.expr]:
    yield from node.elts if isinstance(node, ast.Tuple) else [node]


def _makes_values(world: ProjectIndex, module: Module, node: ast.expr) -> bool:
    """Is it a class whose instances are neither functions nor classes?"""
    chain = chain_of(node)
    found = resolved(world, module, chain) if chain else None
    if found is None:
        return len(chain) == 1 and chain[0] in _PLAIN and chain[0] not in module.binds
    return isinstance(definition(world, found), ast.ClassDef) and not _is_metaclass(world, *found, frozenset())


def _is_metaclass(world: ProjectIndex, path: str, name: str, seen: frozenset[tuple[str, str]]) -> bool:
    node = definition(world, (path, name))
    bases = node.bases if isinstance(node, ast.ClassDef) and (path, name) not in seen else []
    for base in bases:
        last = getattr(base, "attr", getattr(base, "id", ""))
        if last == "type" or last.endswith("Meta") or last == "EnumType":
            return True
        above = tree_classes(world, world.module(path), base)
        if any(_is_metaclass(world, where, found.name, seen | {(path, name)}) for where, found in above):
            return True
    return False
