"""Whoever could be started before would run other side effects, or in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.model import Hazard, Place, Reexport, Severity
from codemods.planning.edits.model import Kept
from codemods.planning.effects.load_order import Difference, LoadOrder
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.eager_reexports import landing_place
from codemods.planning.imports.lazy_reexports import executing_import

CODE = "import-order"
TITLE = "importing a module has side effects, and they or their order would change"
MEANING = """Importing a module may register, connect, configure or patch something. The source imports moved code where
it stood, if that gives the old order. A destination that stands already and has effects of its own would take them to
everybody who imports the source, and what moved code imports comes to everybody who imports the destination. Where an
effect would be new, lost or in another order, the move is refused. An importer that would lose effects keeps the old
import path; --no-reexport and --deprecate do not leave it that."""
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
    statements = [s for u in facts.moving for s in u.statements]
    moved = [s for s in statements if facts.effects.of(facts.source, s)]
    executed = executing_import(facts)
    placed = (moved and facts.source_imports) or facts.in_place
    landing = executed[1] if executed else landing_place(facts) if placed else None
    if landing is not None:
        node = landing.before.node if landing.before is not None else (moved or statements)[-1].node
        does = "looks at what others change" if facts.executes_anyway else "has effects"
        reason = f"moved code {does} while it is imported: the source imports it here, where it stood"
        if facts.in_place:
            reason = (
                "each module needs the other while it is imported: the source imports the destination here, where it"
            )
            reason += " stood, and a package around both imports the source first"
        yield Hazard(CODE, facts.source.source.place(node), reason, (), Severity.HANDLED)


def against(facts: Facts, order: LoadOrder, kept: Sequence[Kept]) -> Iterator[Hazard]:
    """What is found once it is known which module imports what."""
    source, destination = facts.move.source, facts.move.destination
    for path, found in ((source, order.of_source()), (destination, order.of_destination())):
        if found is not None:
            reason = f"after the move, importing {path} {order.said(found)}"
            yield Hazard(CODE, Place(path), reason, _remedies(facts, found))
    alone = order.of_destination_alone()
    if alone is not None:
        line = alone.effects[0].line if alone.effects else 0
        reason = f"{destination}, imported first, {order.said(alone)}: moved code reads that when it is imported"
        yield Hazard(CODE, Place(source, line), reason, ("read it where moved code is called, first",))
    ends = facts.move.reexport is Reexport.NONE
    if not ends and not facts.move.deprecate:
        return
    option = "--no-reexport" if ends else "--deprecate"
    for one in kept:
        removes = "removes" if ends else "lets warn"
        reason = (
            f"this importer needs the old import path, which {option} {removes}: with {destination} it {one.reason}"
        )
        yield Hazard(CODE, one.place, reason, (f"leave out {option}", f"import {source} there for its effects first"))


def _remedies(facts: Facts, found: Difference) -> tuple[str, ...]:
    later = "put what has effects into a function first"
    if found.kind == "also runs":
        return ("move it to a new module", later)
    group = _of_the_source(facts, found)
    if group in facts.moving and facts.move.reexport is Reexport.NONE:
        return ("leave out --no-reexport", later)
    if group is not None and group not in facts.moving:
        return (f"move what has effects too: --with {group.label}", later)
    return (later,)


def _of_the_source(facts: Facts, found: Difference) -> DefinitionGroup | None:
    """The definition of the source that has the effect."""
    path, index = (found.token, None) if isinstance(found.token, str) else found.token
    groups = (g for g in facts.groups.all if g.names and any(s.index == index for s in g.statements))
    return next(groups, None) if path == facts.move.source else None
