"""Classes that code compares by identity."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "one-object"
TITLE = "staying code compares with a moved class, and there is still one of it"
MEANING = """`except`, `isinstance`, `match` and `is` ask for one object. The source imports moved classes from
the destination and makes none of its own, so that both paths lead to the same class, whichever is imported first."""
EXAMPLE = """
-- shop/orders.py --
class Empty(Exception): ...
def total(order):
    try:
        return sum(order)
    except Empty:
        return 0
-- move --
shop/orders.py shop/errors.py Empty
"""


def find(facts: Facts) -> Iterator[Hazard]:
    classes = {name for group in facts.moving if group.is_class for name in group.binds}
    for group in facts.staying if classes else ():
        for statement in group.statements:
            for node in ast.walk(statement.node):
                asked = {n.id for n in ast.walk(_asked(node)) if isinstance(n, ast.Name)} & classes
                if asked:
                    reason = f"`{min(asked)}` is the same class here, imported from {facts.move.destination}"
                    yield Hazard(CODE, facts.source.source.place(node), reason, (), Severity.HANDLED)
                    return


def _asked(node: ast.AST) -> ast.AST:
    """What an ``except``, an ``isinstance``, a class pattern or an ``is`` compares with."""
    match node:
        case ast.ExceptHandler(type=ast.expr() as asked):
            return asked
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, asked]):
            return asked
        case ast.MatchClass(cls=asked):
            return asked
        case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[asked]):
            return asked
        case _:
            return ast.Module([], [])
