"""Several moves as one change: each is planned on the tree as the moves before it leave it.

Moves of one source to one destination are one move. The others are made in the order of dependencies: what others need
at import time first, then what others call; where import-time needs form a cycle, no division into these modules can be
imported. The order in which the moves were given says nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from codemods.bindings import Moment
from codemods.model import Disposition, FilePlan, GroupPlan, Hazard, Move, Place, Plan, Refused
from codemods.pending import pending
from codemods.planning import request_checks
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.index.annotation_readers import resolved_hints
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Tree


def in_turn(moves: Sequence[Move], tree: Tree) -> tuple[Move, ...]:
    """The moves in the order in which they are made, each keeping back what a later one asks for. Raises Refused."""
    joined = _joined(moves)
    if len(joined) == 1:
        return joined
    _refuse_contradictions(joined)
    project = ProjectIndex(tree)
    by_source: dict[str, list[Move]] = defaultdict(list)
    for move in joined:
        by_source[move.source].append(move)
    return tuple(move for source in sorted(by_source) for move in _of_one_source(project, source, by_source[source]))


def together(plans: Sequence[Plan]) -> Plan:
    """The plans of moves made one after the other, as one plan."""
    plans = [plan for plan in plans if not plan.done] or plans
    if len(plans) == 1:
        return plans[0]
    moved = {name for plan in plans for group in plan.groups if _goes(group) for name in group.names}
    files: dict[str, FilePlan] = {}
    for plan in plans:
        for file in plan.files:
            files[file.path] = _both(files.get(file.path, FilePlan(file.path, ())), file)
    return Plan(
        tuple(move for plan in plans for move in plan.moves),
        tuple(u for plan in plans for u in plan.groups if _goes(u) or not moved & set(u.names)),
        tuple(files.values()),
        tuple(dict.fromkeys(hazard for plan in plans for hazard in plan.hazards)),
        all(plan.done for plan in plans),
        tuple(edits for plan in plans for edits in plan.details or ()),
    )


def _both(one: FilePlan, other: FilePlan) -> FilePlan:
    actions, kept = (*one.actions, *other.actions), (*one.kept, *other.kept)
    return FilePlan(one.path, tuple(dict.fromkeys(actions)), tuple(dict.fromkeys(kept)))


def _goes(group: GroupPlan) -> bool:
    return group.disposition is not Disposition.STAYS


def _joined(moves: Iterable[Move]) -> tuple[Move, ...]:
    """One move for each way from a source to a destination."""
    found: dict[Move, list[Move]] = defaultdict(list)
    for move in sorted(moves, key=lambda m: (m.source, m.destination, m.names)):
        found[replace(move, names=(), along=(), keep=(), accept=())].append(move)
    return tuple(
        replace(
            way,
            names=tuple(dict.fromkeys(name for m in group for name in m.names)),
            along=tuple(dict.fromkeys(name for m in group for name in m.along)),
            keep=tuple(dict.fromkeys(name for m in group for name in m.keep)),
            accept=tuple(dict.fromkeys(code for m in group for code in m.accept)),
        )
        for way, group in found.items()
    )


def _refuse_contradictions(moves: Sequence[Move]) -> None:
    """A name goes to one place only, and does not go on from there in the same change."""
    goes: dict[tuple[str, str], str] = {}
    for move in moves:
        for name in move.names:
            other = goes.setdefault((move.source, name), move.destination)
            if other != move.destination:
                reason = f"{name} is to go to {other} and to {move.destination}"
                raise Refused(Hazard("two-destinations", Place(move.source), reason, ("name one of them",)))
    for (source, name), destination in goes.items():
        if (destination, name) in goes:
            reason = f"{name} is to go to {destination} and from there to {goes[destination, name]}"
            remedy = f"move it to {goes[destination, name]} at once"
            raise Refused(Hazard("two-destinations", Place(source), reason, (remedy,)))


def _of_one_source(project: ProjectIndex, source: str, moves: list[Move]) -> Iterator[Move]:
    """The moves out of one module, those that others need while they are imported first."""
    if len(moves) == 1 or not any(pending(move, project.module) for move in moves):
        yield from moves
        return
    groups = DefinitionGroups(request_checks.readable(project, source, "source"))
    graph = ReferenceGraph(groups, resolved_hints(project, source))
    order = _order(graph, moves)
    for index, move in enumerate(order):
        later = {n for other in order[index + 1 :] for n in other.names if n in groups.by_name}
        offered = tuple(name for other in order[:index] if other.goes_on for name in other.names)
        keep = tuple(dict.fromkeys((*move.keep, *sorted(later))))
        yield replace(move, keep=keep, offered=(*move.offered, *offered))


def _order(graph: ReferenceGraph, moves: list[Move]) -> list[Move]:
    """What others need at import time first; where that says nothing, what others call."""
    asked = {graph.groups.by_name[n]: move for move in moves for n in move.names if n in graph.groups.by_name}
    imported = {move: _needs(graph, move, asked, Moment.IMPORT) for move in moves}
    called = {move: _needs(graph, move, asked, Moment.IMPORT, Moment.CALL) for move in moves}
    try:
        list(TopologicalSorter(imported).static_order())
    except CycleError as error:
        raise _in_a_cycle(graph, error.args[1]) from error
    order: list[Move] = []
    while len(order) < len(moves):
        ready = [move for move in moves if move not in order and imported[move] <= {*order}]
        order.append(min(ready, key=lambda move: len(called[move] - {*order})))
    return order


def _in_a_cycle(graph: ReferenceGraph, cycle: list[Move]) -> Refused:
    names = " needs ".join(", ".join(move.names) for move in reversed(cycle))
    reason = f"while the modules are imported, {names}: in modules of their own, none could be imported first"
    first = graph.groups.by_name[cycle[0].names[0]].statements[0].node
    return Refused(
        Hazard("import-cycle", graph.groups.module.source.place(first), reason, ("move them to one module",))
    )


def _needs(graph: ReferenceGraph, move: Move, asked: dict[DefinitionGroup, Move], *moments: Moment) -> set[Move]:
    """The other moves whose names this one's code needs, what moves along included."""
    by_name = graph.groups.by_name
    found: set[Move] = set()
    todo = deque(by_name[n] for n in (*move.names, *move.along) if n in by_name)
    seen = set(todo)
    while todo:
        for need in graph.needs(todo.popleft()).values():
            group = by_name.get(need.name)
            if group is None or group in seen or need.moment not in moments:
                continue
            seen.add(group)
            if asked.get(group, move) != move:
                found.add(asked[group])
            else:
                todo.append(group)
    return found
