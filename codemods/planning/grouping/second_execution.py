"""What a script that imports itself by its name would have twice, as ``__main__`` and as the module of that name.

Functions without state and plain values are the same in both. Classes are two, tables are two, and what is rebound in
one is not in the other.
"""

from __future__ import annotations

import ast

from codemods.bindings import Moment
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups

_DECORATORS = {"contextmanager": "contextlib", "asynccontextmanager": "contextlib"}
_MAKE_PLAIN = {"frozenset", "tuple", "str", "bytes", "int", "float"}
_PLAIN = (ast.Constant, ast.Name, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.JoinedStr, ast.FormattedValue)
# What says which of the two it is, or looks into its own module.
_OWN = frozenset({"__name__", "__file__", "__spec__", "__package__", "__loader__", "__cached__"}) | {
    *("globals", "locals", "vars", "dir", "eval", "exec", "__import__")
}
_SAME_OF_BOTH = {"__name__", "__doc__", "__qualname__"}


def twice(units: DefinitionGroups) -> frozenset[str]:
    """The names of a module that two executions of it don't share."""
    defined = {unit for unit in units.all if unit.names and unit in units.by_name.values()}
    found = {unit for unit in defined if not _has_no_state(units, unit)}
    while more := {unit for unit in defined - found if _reads(units, unit, found)}:
        found |= more
    return frozenset(name for unit in found for name in unit.binds)


def _reads(units: DefinitionGroups, unit: DefinitionGroup, found: set[DefinitionGroup]) -> bool:
    names = (r.name for r in unit.references if r.moment is not Moment.TYPING)
    return any(units.by_name.get(name) in found for name in names)


def _has_no_state(units: DefinitionGroups, unit: DefinitionGroup) -> bool:
    module = units.module
    if len(unit.statements) != 1 or unit.binds & (module.rebound.keys() | module.script_binds):
        return False
    if any(r.name in _OWN and r.moment is not Moment.TYPING for r in unit.references):
        return False
    node = unit.statements[0].node
    if isinstance(node, FUNCTIONS):
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        decorated = all(_is_known(units, decorator) for decorator in node.decorator_list)
        return decorated and all(map(_is_plain, defaults)) and not _has_attributes(units, node.name)
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and _is_plain(node.value)


def _is_known(units: DefinitionGroups, decorator: ast.expr) -> bool:
    """Is it a decorator that keeps nothing between calls?"""
    name = getattr(decorator, "id", getattr(decorator, "attr", ""))
    root = decorator.value if isinstance(decorator, ast.Attribute) else decorator
    items = units.module.top_imports.get(getattr(root, "id", ""), ())
    return name in _DECORATORS and any(item.module == _DECORATORS[name] for item in items)


def _is_plain(node: ast.expr) -> bool:
    """Is it a value that can't be changed, made of such ones?"""
    if isinstance(node, ast.Call):
        known = ast.unparse(node.func) in (*_MAKE_PLAIN, "re.compile")
        inner = [e for a in node.args for e in (a.elts if isinstance(a, (ast.List, ast.Set)) else [a])]
        return known and not node.keywords and all(map(_is_plain, inner))
    inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return isinstance(node, _PLAIN) and all(map(_is_plain, inner))


def _has_attributes(units: DefinitionGroups, name: str) -> bool:
    reads = (r for s in units.module.statements for r in s.references if r.name == name)
    return any(r.chain and r.chain[0] not in _SAME_OF_BOTH for r in reads)
