"""The rules of this package in their order: the first choice of what moves for which there is a direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from codemods.model import Cycle, Hazard, Place, Refused
from codemods.planning.facts import Facts
from codemods.planning.grouping.reference_graph import Need
from codemods.planning.selection.direction import Direction, Verdict, uses_moved
from codemods.planning.selection.in_place import imports_in_place
from codemods.planning.selection.what_moves import (
    Moving,
    Request,
    requested,
    with_aliases,
    with_needed,
    with_own,
    with_shared,
)

# What is known where these definitions move, and who imports whom then.
Judge = Callable[[Moving], tuple[Facts, Verdict]]


@dataclass(frozen=True)
class Choice:
    """What moves, whether the source imports the destination, and whether in the place where that stood."""

    moving: Moving
    source_imports: bool
    in_place: bool = False


def choose(request: Request, judge: Judge) -> Choice:
    """The first choice for which there is a direction. Raises Refused where there is a cycle."""
    own = with_own(request, requested(request))
    facts, verdict = judge(own)
    if not uses_moved(facts) and not verdict.source_reasons and verdict.direction is not Direction.CYCLE:
        return Choice(own, verdict.direction is Direction.SOURCE_IMPORTS)
    if found := _first(_choices(request), judge):
        return found
    if not facts.move.needed and imports_in_place(facts, verdict):
        return Choice(own, source_imports=True, in_place=True)
    if found := _first(_with_more(request, facts.move.needed), judge):
        return found
    raise _refused(request, facts, verdict)


def _first(choices: Iterable[tuple[Moving, bool]], judge: Judge) -> Choice | None:
    """The first of them for which there is a direction."""
    for moving, on_its_own in choices:
        _, found = judge(moving)
        if found.direction is not Direction.CYCLE and not (on_its_own and (found.moved_needs or found.moved_reasons)):
            return Choice(moving, found.direction is Direction.SOURCE_IMPORTS)
    return None


def _choices(request: Request) -> Iterator[tuple[Moving, bool]]:
    """(what moves, whether that is only good if it needs nothing of the source at import time)."""
    asked = requested(request)
    yield with_shared(request, asked), True
    yield with_own(request, asked), False
    yield with_own(request, asked, True), False
    yield with_needed(request, asked, private_only=True), False


def _with_more(request: Request, needed: bool) -> Iterator[tuple[Moving, bool]]:
    """The same, where public names move that nobody asked for."""
    asked = requested(request)
    yield with_own(request, with_aliases(request, asked)), False
    if needed:
        yield with_needed(request, asked, private_only=False), False


def _refused(request: Request, facts: Facts, verdict: Verdict) -> Refused:
    asked = requested(request)
    needed = with_needed(request, asked, private_only=False)
    public = tuple(n for group in needed if group not in asked for n in group.names if not n.startswith("_"))
    users = sorted({need.by for need in verdict.source_needs}, key=lambda group: group.index)
    names = tuple(n for group in users for n in group.names)
    source, destination = facts.move.source, facts.move.destination
    below = _why(verdict.moved_needs, verdict.moved_reasons)
    above = _why(verdict.source_needs, verdict.source_reasons)
    if verdict.executed_twice:
        twice = f", which runs as a script and would be executed a second time: {below}"
    else:
        twice = f" while it is imported, since {below}"
    reason = f"{destination} would need {source}{twice}, and {source} would need {destination}, since {above}"
    return Refused(Hazard("import-cycle", _place(facts, verdict), reason), cycle=Cycle(facts.move, public, names))


def _place(facts: Facts, verdict: Verdict) -> Place:
    if verdict.moved_needs:
        return Place(facts.source.path, verdict.moved_needs[0].line)
    return facts.source.source.place(next(iter(facts.moving)).statements[0].node)


def _why(needs: Sequence[Need], reasons: Sequence[str]) -> str:
    for need in needs:
        return f"{need.why.replace(' needs it', f' needs {need.name}', 1).replace(' name it', f' name {need.name}', 1)}"
    return reasons[0] if reasons else ""
