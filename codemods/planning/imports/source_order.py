"""New imports in the order in which the source has them, and the test under which those for type checkers stand."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from codemods.bindings import Import, Module
from codemods.bindings.guards import is_type_checking
from codemods.planning.edits.model import NewImport, TypingTest

Rewritten = Callable[[Import], NewImport | None]


def places(source: Module, rewritten: Rewritten) -> Callable[[NewImport], int]:
    """The place of an import among those of the source, as a key to sort by; what the source has not comes last."""
    order: dict[tuple[str, str | None, str | None], int] = {}
    for position, item in enumerate(source.imports):
        new = rewritten(item)
        if new is not None:
            order.setdefault((new.module, new.attribute, new.asname), position)
    return lambda new: order.get((new.module, new.attribute, new.asname), len(order))


def typing_test(source: Module, rewritten: Rewritten, imports: Sequence[NewImport]) -> TypingTest:
    """The test of imports for type checkers, as the source writes it, and where among ``imports`` its own goes."""
    for statement in source.statements:
        if isinstance(statement.node, ast.If) and is_type_checking(statement.node.test):
            names = {n.id for n in ast.walk(statement.node.test) if isinstance(n, ast.Name)}
            items = [item for name in names for item in source.top_imports.get(name, ())]
            new = rewritten(items[0]) if len(items) == 1 and not items[0].guarded else None
            if new is not None:
                place = places(source, rewritten)
                above = sum(place(other) <= place(new) for other in imports)
                return TypingTest(ast.unparse(statement.node.test), new, above)
    return TypingTest()
