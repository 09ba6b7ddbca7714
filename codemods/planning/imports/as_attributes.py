"""Names of the source that moved code reads off the module, at the place where it read them: ``queues.QueueTest``.

An import of the name would fail where the source binds it on some platforms only, would keep the value of a global that
is rebound meanwhile, or have pytest collect a base class from the new module as well.
"""

from __future__ import annotations

import ast
import builtins

from codemods.bindings import Moment, Reference
from codemods.bindings.certainty import certain_binds
from codemods.planning.facts import Facts
from codemods.planning.selection.test_items import collected_twice


def as_attributes(facts: Facts) -> frozenset[str]:
    """The names that are read so wherever moved code does not bring an import of its own for them."""
    unsure = {name for name in _doubtful(facts) if _can_be_read_off(facts, name)}
    rebound = {n for n in facts.source.rebound if n in facts.read_through_source and _is_plain(facts, n)}
    return collected_twice(facts) | unsure | rebound | bound_there(facts)


def bound_there(facts: Facts) -> frozenset[str]:
    """What stays in the source, where a destination that stands has something else by that name."""
    if facts.destination is None:
        return frozenset()
    there = facts.destination.binds - facts.destination.top_imports.keys()
    names = {name for group in facts.staying for name in group.binds & there} - facts.source.top_imports.keys()
    if facts.source_imports:  # a name for type checkers alone is imported as it is
        names -= {r.name for group in facts.moving for r in group.references if r.moment is Moment.TYPING}
    return frozenset(name for name in names if _is_plain(facts, name))


def doubtful(facts: Facts) -> dict[str, Reference]:
    """Definitions of the source that moved code reads, and that some ways through the module do not make."""
    defined = {name for group in facts.staying for name in group.binds} - facts.source.top_imports.keys()
    return {name: reference for name, reference in _doubtful(facts).items() if name in defined}


def _doubtful(facts: Facts) -> dict[str, Reference]:
    read = {
        r.name: r
        for group in facts.moving
        for r in group.references
        if r.moment is not Moment.TYPING and r.name in facts.source.binds - facts.moved_names
    }
    unsure = read.keys() - certain_binds(s.node for s in facts.source.statements) if read else set()
    return {name: read[name] for name in sorted(unsure)}


def _can_be_read_off(facts: Facts, name: str) -> bool:
    """May an AttributeError stand for the NameError, and can it be written so?"""
    if hasattr(builtins, name):  # which stands for it where the source does not bind it
        return False
    nodes = (n for group in facts.moving for s in group.statements for n in ast.walk(s.node))
    caught = any(isinstance(n, ast.Name) and n.id in ("NameError", "UnboundLocalError") for n in nodes)
    return not caught and _is_plain(facts, name)


def _is_plain(facts: Facts, name: str) -> bool:
    """Can it be written so wherever moved code reads the name?"""
    at_top = not facts.source_imports or facts.in_place
    found = [r for group in facts.moving for r in group.references if r.name == name]
    parents = facts.source.source.nodes.parents
    return all(is_plain(parents, r) and (at_top or r.function is not None) for r in found)


def is_plain(parents: dict[int, ast.AST], reference: Reference) -> bool:
    """Does a name stand by itself, and not in a text? Before Python 3.12 what is in an f-string has no place.

    What ``global`` declares is no place that reads or binds it.
    """
    node: ast.AST | None = reference.node
    if isinstance(node, ast.Global):
        return True
    if not isinstance(node, ast.Name) or reference.string or reference.field:
        return False
    while node is not None and not isinstance(node, ast.stmt):
        if isinstance(node, ast.JoinedStr):
            return False
        node = parents.get(id(node))
    return True
