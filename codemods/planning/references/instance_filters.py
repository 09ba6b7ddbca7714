"""Code that goes through a namespace and keeps the instances of a class: it finds no function and no class in it, nor
what the standard library made."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from codemods.bindings import Module, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.outside_names import tree_classes


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
    owner = definition(world, found) if found is not None else None
    return found is not None and isinstance(owner, ast.ClassDef) and _is_plain(world, found[0], owner, frozenset())


def _is_plain(world: ProjectIndex, path: str, owner: ast.ClassDef, seen: frozenset[ast.ClassDef]) -> bool:
    """No metaclass, and nothing by which what is no subclass counts as an instance."""
    names = [getattr(base, "attr", getattr(base, "id", "")) for base in owner.bases]
    metaclasses = [ast.unparse(k.value).rpartition(".")[2] for k in owner.keywords if k.arg == "metaclass"]
    if any(name in ("type", "Protocol", "EnumType") or name.endswith("Meta") for name in names):
        return False
    if set(metaclasses) - {"ABCMeta"} or any(getattr(n, "name", "") == "__subclasshook__" for n in owner.body):
        return False
    module, seen = world.module(path), seen | {owner}
    above = [found for base in owner.bases for found in tree_classes(world, module, base)]
    return all(inner in seen or _is_plain(world, where, inner, seen) for where, inner in above)


def is_no_instance(module: Module, statement: Statement) -> bool:
    """Does a statement bind what is surely no instance of such a class: a function, a class, something from outside?"""
    node = statement.node
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        return True
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    chain = chain_of(value) if value is not None else ()
    items = module.top_imports.get(chain[0], []) if chain else []
    return bool(items) and all(not i.level and i.module.partition(".")[0] in sys.stdlib_module_names for i in items)
