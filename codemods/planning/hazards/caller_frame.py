"""A helper that moved code calls looks at the module of its caller."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.side_effects import definition, resolved

CODE = "caller-frame"
ACCEPTS = True
TITLE = "moved code calls something that looks at its caller's module"
MEANING = """A helper that goes through frames (`sys._getframe(1).f_globals`, `inspect.stack()`) to learn who called it
finds the destination after the move. Where it only tells that name, little is changed; where it looks names up, they
are those of the destination."""
EXAMPLE = """
-- shop/callers.py --
import sys
def caller():
    return sys._getframe(1).f_globals["__name__"]
-- shop/audit.py --
from shop.callers import caller
def record(what):
    return caller(), what
-- move --
shop/audit.py shop/records.py record
"""

_FRAMES = frozenset({"_getframe", "currentframe", "stack"})
_MODULES = frozenset({"f_globals", "getmodule", "co_filename", "filename"})


def find(facts: Facts) -> Iterator[Hazard]:
    told: set[tuple[str, str]] = set()
    for unit in facts.moving:
        for reference in unit.references:
            if not reference.called:
                continue
            found = resolved(facts.world, facts.source, (reference.name, *reference.chain))
            node = definition(facts.world, found) if found else None
            if found is None or found in told or node is None or not _looks_at_callers(node):
                continue
            told.add(found)
            place = facts.source.source.place(reference.node)
            reason = f"{found[1]} looks at the module that calls it, which is {facts.move.destination} after the move"
            yield Hazard(CODE, place, reason, (), Severity.DECLARED)


def _looks_at_callers(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    attributes = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return not attributes.isdisjoint(_FRAMES) and not attributes.isdisjoint(_MODULES)
