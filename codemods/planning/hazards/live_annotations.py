"""Annotations that would change between objects and text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "live-annotations"
TITLE = "the two modules differ in `from __future__ import annotations`"
MEANING = """Under the future import annotations are text, without it they are objects. Code that reads them (dataclasses,
pydantic, FastAPI, `inspect.signature`) sees the difference. A new module gets the import that the source has; one that stands
can be given it only if it has no annotations that somebody may read."""
EXAMPLE = """
-- shop/loader.py --
class Limits:
    size: int = 1
-- shop/plans.py --
from __future__ import annotations
class Plan: ...
-- move --
shop/loader.py shop/plans.py Limits
"""


def find(facts: Facts) -> Iterator[Hazard]:
    destination = facts.destination
    if destination is None or destination.postponed == facts.source.postponed:
        return
    moved = [n for unit in facts.moving for s in unit.statements for n in _annotated(s.node)]
    if not moved:
        return
    if destination.postponed:
        yield Hazard(
            CODE, facts.source.source.place(moved[0]),
            f"its annotations are objects here, and would be text under the future import of {facts.move.destination}",
            ("choose a destination without `from __future__ import annotations`", "add that import to the source first"),
        )
        return
    own = [n for s in destination.statements for n in _annotated(s.node)]
    if own:
        yield Hazard(
            CODE, destination.source.place(own[0]),
            "moved annotations need `from __future__ import annotations`, which would turn this module's own into text",
            ("add that import to the destination first, and see that nothing there reads its annotations",),
        )


def _annotated(statement: ast.stmt) -> Iterator[ast.AST]:
    """Annotations that somebody could read: parameters, returns, and names of classes and modules."""
    for node in ast.walk(statement):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
            yield node
        elif isinstance(node, ast.AnnAssign):
            yield node
