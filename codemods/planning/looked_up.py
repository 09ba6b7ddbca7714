"""Staying code that looks names of the source up by other means than naming them: which names it can find so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.bindings import Reference
from codemods.planning.facts import Facts
from codemods.planning.units import Unit

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
    found = [r for r in unit.references if r.name in _LOOKS]
    if not found:
        return
    calls = {id(n.func): n for s in unit.statements for n in ast.walk(s.node) if isinstance(n, ast.Call)}
    keys = {id(call): key for s in unit.statements for n in ast.walk(s.node) for call, key in _keyed(n)}
    for reference in found:
        call = calls.get(id(reference.node))
        if call is None or not _elsewhere(call, reference):
            yield Look(unit, reference, _beginning(keys.get(id(call))))


def _elsewhere(call: ast.Call, reference: Reference) -> bool:
    """Does this look into another namespace: that of a function, of an instance, or one that is given?"""
    if reference.name == "locals":
        return reference.function is not None
    if reference.name in ("eval", "exec"):
        return len(call.args) > 1 or any(keyword.arg == "globals" for keyword in call.keywords)
    subject = call.args[0] if call.args and reference.name in ("vars", "dir") else None
    return isinstance(subject, ast.Name) and subject.id in ("self", "cls")


def _keyed(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(namespace, name) where a namespace is asked for one name: ``globals()[name]``, ``globals().get(name)``."""
    if isinstance(node, ast.Subscript):
        yield node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        yield node.func.value, node.args[0]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        yield node.comparators[0], node.left


def _beginning(name: ast.expr | None) -> str:
    """How every value of this expression begins, as far as its text tells."""
    if isinstance(name, ast.Constant):
        return str(name.value)
    if isinstance(name, ast.JoinedStr) and name.values:
        return _beginning(name.values[0])
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        return _beginning(name.left)
    return ""
