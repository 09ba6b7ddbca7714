"""Staying code that looks names of the source up by other means than naming them: which names it can find so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.bindings import Reference
from codemods.planning.grouping.definition_groups import Unit
from codemods.planning.references.introspection import in_a_scope

if TYPE_CHECKING:
    from codemods.planning.facts import Facts

_LOOKS = frozenset({"globals", "vars", "eval", "exec", "locals", "dir"})


@dataclass(frozen=True)
class Look:
    """One place that looks into the namespace; it finds names that begin with ``prefix``."""

    unit: Unit
    reference: Reference
    prefix: str

    def finds(self, name: str) -> bool:
        return name.startswith(self.prefix)


def looks(facts: Facts) -> tuple[Look, ...]:
    """The places in staying code that look into the namespace of the source."""
    return tuple(
        look for unit in facts.staying for look in _looks(unit) if look.reference.name not in facts.source.binds
    )


def _looks(unit: Unit) -> Iterator[Look]:
    for statement in unit.statements:
        found = [r for r in statement.references if r.name in _LOOKS]
        parents = {id(c): p for p in ast.walk(statement.node) for c in ast.iter_child_nodes(p)} if found else {}
        for reference in found:
            call = parents.get(id(reference.node))
            if not isinstance(call, ast.Call) or call.func is not reference.node:
                yield Look(unit, reference, "")
            elif not _elsewhere(call, reference.name, parents):
                yield Look(unit, reference, _beginning(_key(call, parents)))


def _elsewhere(call: ast.Call, name: str, parents: dict[int, ast.AST]) -> bool:
    """Does this look into another namespace: that of a function, of a class or instance, or one that is given?"""
    if name in ("eval", "exec"):
        return len(call.args) > 1 or any(keyword.arg == "globals" for keyword in call.keywords)
    if name in ("vars", "dir") and call.args:
        return isinstance(call.args[0], ast.Name) and call.args[0].id in ("self", "cls")
    return name != "globals" and in_a_scope(call, parents)


def _key(namespace: ast.Call, parents: dict[int, ast.AST]) -> ast.expr | None:
    """The name that a namespace is asked for: ``globals()[name]``, ``globals().get(name)``, ``name in globals()``."""
    above = parents.get(id(namespace))
    if isinstance(above, ast.Subscript) and above.value is namespace:
        return above.slice
    if isinstance(above, ast.Compare) and isinstance(above.ops[0], (ast.In, ast.NotIn)) and len(above.ops) == 1:
        return above.left if above.comparators[0] is namespace else None
    if isinstance(above, ast.Attribute) and above.attr == "get":
        call = parents.get(id(above))
        return call.args[0] if isinstance(call, ast.Call) and call.func is above and call.args else None
    return None


def _beginning(name: ast.expr | None) -> str:
    """How every value of this expression begins, as far as its text tells."""
    if isinstance(name, ast.Constant):
        return str(name.value)
    if isinstance(name, ast.JoinedStr) and name.values:
        return _beginning(name.values[0])
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        return _beginning(name.left)
    return ""
