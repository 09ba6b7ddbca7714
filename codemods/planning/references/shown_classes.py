"""What a text is made of, where that shows a class that moves: the class itself, an alias that has it in brackets, some
classes."""

from __future__ import annotations

import ast
from collections.abc import Collection

from codemods.bindings import Module
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.called_code import moved_name, sees

_DEPTH = 3


def shows(facts: Facts, module: Module, node: ast.expr | None, classes: Collection[str], depth: int = _DEPTH) -> bool:
    """``repr(Price)``, ``str(list[Price])``, ``f"{PRICES}"`` with ``PRICES = dict[str, Price] | None``"""
    match node:
        case ast.Subscript(value=ast.Name() | ast.Attribute() as generic, slice=inside) if _is_a_type(module, generic):
            return shows(facts, module, inside, classes, depth)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(shows(facts, module, part, classes, depth) for part in parts)
        case ast.BinOp(op=ast.BitOr(), left=one, right=two):
            return any(shows(facts, module, part, classes, depth) for part in (one, two))
        case ast.Name() | ast.Attribute():
            if moved_name(facts, module, node) in classes:
                return True
            return depth > 0 and any(
                shows(facts, owner, value, classes, depth - 1) for owner, value in _values(facts, module, node)
            )
    return False


def _is_a_type(module: Module, node: ast.expr) -> bool:
    """``list[…]``, ``typing.Optional[…]``, ``Repository[…]``, and no entry of something that is kept: ``TABLE[…]``."""
    last = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    made = getattr(module.definitions.get(last, (None,))[-1], "node", None)
    if isinstance(made, (ast.Assign, ast.AnnAssign)):
        return False
    return last in ("list", "dict", "set", "tuple", "frozenset", "type", "deque", "defaultdict") or (
        last[:1].isupper() and not last.isupper()
    )


def _values(facts: Facts, module: Module, node: ast.expr) -> list[tuple[Module, ast.expr]]:
    """What a name is set to, here or in the module that it comes from."""
    found: list[tuple[Module, ast.expr]] = []
    if isinstance(node, ast.Name):
        found += [
            (module, value) for name, value in bound_values(module) if name == node.id and sees(module, node, value)
        ]
    target = resolved(facts.project, module, chain_of(node)) if chain_of(node) else None
    made = definition(facts.project, target) if target is not None and not found else None
    if target is not None and isinstance(made, (ast.Assign, ast.AnnAssign)) and made.value is not None:
        found.append((facts.project.module(target[0]), made.value))
    return found
