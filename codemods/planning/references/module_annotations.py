"""Who reads the annotations of the source as a module: `settings.__annotations__`, `get_type_hints(settings)`.

An imported name has no annotation there, however it is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.references.module_values import last_name
from codemods.planning.settled import Settled

_READERS = frozenset({"get_type_hints", "get_annotations"})


def annotated_names(facts: Settled) -> list[str]:
    """What moves and is annotated at the top level of the source."""
    nodes = (s.node for group in facts.moving_in_order for s in group.statements)
    return [n.target.id for n in nodes if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]


def readers_of_annotations(facts: Settled) -> Iterator[Place]:
    for module in facts.referrers.values.files.values():
        if "annotations" in module.source.text or "get_type_hints" in module.source.text:
            yield from (module.source.place(node) for node in _readers(facts, module))


def _readers(facts: Settled, module: Module) -> Iterator[ast.expr]:
    holds = facts.referrers.values.holds
    own = module.path == facts.move.source
    nodes = module.source.nodes
    for node in nodes.of(ast.Attribute):
        if node.attr == "__annotations__" and holds(module, node.value):
            yield node
    for node in nodes.of(ast.Call):
        called = last_name(node.func)
        asks = called == "getattr" and len(node.args) > 1 and getattr(node.args[1], "value", "") == "__annotations__"
        if (called in _READERS or asks) and node.args and holds(module, node.args[0]):
            yield node
    if own:
        yield from (n for n in nodes.of(ast.Name) if n.id == "__annotations__" and module.is_global(n))
