"""Type variables that no code can distinguish from a second one of the same text: two modules may have one each.

Code distinguishes ``T = TypeVar("T")`` from another T where it compares it, stores it, or builds an alias of it that
meets the other one. So each place that reads it is an annotation, a base of a class, or the first argument of ``cast``;
no other module imports it, and what it is made of (its bound) is not of this module.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codemods.bindings import Module
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups

_KINDS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_MODULES = frozenset({"typing", "typing_extensions"})


def type_variables(groups: DefinitionGroups, used_elsewhere: Collection[str]) -> dict[str, DefinitionGroup]:
    """The groups that are such a type variable, by name."""
    module = groups.module
    known = {*used_elsewhere, *module.rebound, *(module.exported or ())}
    found = {name: group for group in groups.all if (name := _made(groups, group)) and name not in known}
    plain = set(map(id, _plain_places(module))) if found else set[int]()
    for node in module.source.nodes.of(ast.Name) if found else ():
        if node.id in found and id(node) not in plain and not isinstance(node.ctx, ast.Store):
            del found[node.id]
    return found


def _made(groups: DefinitionGroups, group: DefinitionGroup) -> str:
    """The name of the type variable that a group makes, and nothing else."""
    node = group.statements[0].node
    if len(group.statements) != 1 or not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return ""
    (target, *more), call = node.targets, node.value
    first = call.args[0] if call.args else None
    if more or not isinstance(target, ast.Name) or not isinstance(first, ast.Constant) or first.value != target.id:
        return ""
    own = any(r.name in groups.by_name.keys() - group.binds for r in group.references)
    return target.id if not own and _from_typing(groups.module, call.func) else ""


def _from_typing(module: Module, function: ast.expr) -> bool:
    root = function.value if isinstance(function, ast.Attribute) else function
    items = module.top_imports.get(root.id, ()) if isinstance(root, ast.Name) else ()
    kinds = {function.attr if isinstance(function, ast.Attribute) else item.attribute for item in items}
    whole = isinstance(function, ast.Attribute)
    plain = all(i.module in _MODULES and (i.attribute is None) == whole and not i.guarded for i in items)
    return bool(items) and plain and kinds <= _KINDS


def _plain_places(module: Module) -> Iterator[ast.Name]:
    for node in ast.walk(module.source.tree):
        for place in _for_types(node):
            yield from (name for name in ast.walk(place) if isinstance(name, ast.Name))


def _for_types(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below a node that say types."""
    if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
        yield node.annotation
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
        yield node.returns
    elif isinstance(node, ast.ClassDef):
        yield from (base.slice for base in node.bases if isinstance(base, ast.Subscript))
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "cast":
        yield from node.args[:1]
