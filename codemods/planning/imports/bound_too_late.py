"""Names that stay, and are not bound yet when staying code, while it is imported, runs a moved function.

It may read them under a condition, or in a function of its own, that does not come true until then. So they are
imported there, and not where the function begins.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from codemods.bindings import Module, Moment, Reference
from codemods.bindings.references import Deferring
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.grouping.reference_graph import ReferenceGraph


def bound_too_late(graph: ReferenceGraph, moving: Collection[DefinitionGroup]) -> frozenset[str]:
    """The names that such functions read, at whatever depth."""
    found: set[str] = set()
    for group in graph.groups.all:
        for callee, reference in graph.running(group) if group not in moving else ():
            owner = graph.owner(reference.name) if callee in moving and reference.moment is Moment.CALL else None
            if owner is not None and owner not in moving and owner.index >= group.index:
                found.add(reference.name)
    return frozenset(found)


def innermost_function(module: Module, reference: Reference) -> Deferring | None:
    """The function in whose body a name is read, inside of the one that is deferred to."""
    return _innermost(module, reference, FUNCTIONS)


def innermost(module: Module, reference: Reference) -> Deferring | None:
    """The block inside of the function that is deferred to, in which a name is read: a function, or below an ``if``."""
    return _innermost(module, reference, (*FUNCTIONS, ast.If))


def _innermost(module: Module, reference: Reference, kinds: tuple[type[ast.stmt], ...]) -> Deferring | None:
    parents = module.source.nodes.parents
    below, node = reference.node, parents.get(id(reference.node))
    while node is not None and node is not reference.function:
        if isinstance(node, kinds) and any(below is inner for inner in node.body):  # type: ignore[attr-defined]
            return node  # type: ignore[return-value]
        below, node = node, parents.get(id(node))
    return reference.function
