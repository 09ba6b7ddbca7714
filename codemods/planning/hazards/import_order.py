"""Effects of importing the source, in another order than before."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Statement
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.side_effects import Effect, effects
from codemods.planning.imports.source_imports import landing_place

CODE = "import-order"
TITLE = "importing the source has effects, and their order may change"
MEANING = """Decorators that register, classes whose base keeps a list, calls at module level: they take effect one
after another while the module is imported. The source imports moved code in its turn, between what stood above it and
what stood below, where that gives the old order. Where it does not, the move is refused if both sides are seen to
change one thing, and the new order is told if they may."""
EXAMPLE = """
-- shop/shapes.py --
SHAPES = []
class Shape:
    def __init_subclass__(cls):
        SHAPES.append(cls)
class Circle(Shape): ...
class Square(Shape): ...
-- move --
shop/shapes.py shop/square.py Square
"""


def find(facts: Facts) -> Iterator[Hazard]:
    moved = _with_effects(facts, (s for unit in facts.moving for s in unit.statements))
    if not moved:
        return
    stays = _with_effects(facts, (s for unit in facts.staying for s in unit.statements if not s.is_import))
    landing = landing_place(facts)
    below = landing.before if landing is not None else None
    turn = below.index if below is not None else len(facts.source.statements) if landing is not None else 0
    told = False
    for statement, own in moved:
        for other, theirs in stays:
            if (statement.index < other.index) == (turn <= other.index):
                continue
            shared = _shared(own, theirs)
            if shared is None or (told and not shared.shared):
                continue
            told = True
            yield _hazard(facts, statement, other, shared)
            break
    if landing is not None and not told:
        place = facts.source.source.place(below.node if below is not None else moved[-1][0].node)
        reason = "moved code has effects while it is imported: the source imports it here, in its turn"
        yield Hazard(CODE, place, reason, (), Severity.HANDLED)


def _hazard(facts: Facts, moved: Statement, stays: Statement, effect: Effect) -> Hazard:
    here, line = _label(moved), stays.node.lineno
    when = "before" if moved.index > stays.index else "after"
    remedies = (f"move what stands there too: --with {_label(stays)}", "leave both where they are")
    return Hazard(
        CODE,
        facts.source.source.place(moved.node),
        f"{here} takes effect {when} line {line} now, and both go through {effect.label}",
        remedies if effect.shared else (),
        Severity.REFUSES if effect.shared else Severity.DECLARED,
    )


def _label(statement: Statement) -> str:
    return next(iter(sorted(statement.binds)), f"line {statement.node.lineno}")


def _with_effects(facts: Facts, statements: Iterator[Statement]) -> list[tuple[Statement, tuple[Effect, ...]]]:
    found = ((s, tuple(effects(facts.world, facts.source, s))) for s in sorted(statements, key=lambda s: s.index))
    return [(statement, own) for statement, own in found if own]


def _shared(one: tuple[Effect, ...], two: tuple[Effect, ...]) -> Effect | None:
    """What two statements both call; that which is seen to change something first."""
    keys = {(effect.label if effect.origin is None else effect.origin) for effect in two}
    both = [effect for effect in one if (effect.label if effect.origin is None else effect.origin) in keys]
    return min(both, key=lambda effect: not effect.shared, default=None)
