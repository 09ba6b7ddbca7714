"""A Move and a tree become a Plan: what moves, what it needs there, who is rewritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from codemods.bindings import Module, Moment
from codemods.model import Disposition, FilePlan, GroupPlan, Hazard, Move, Place, Plan, Refused, Severity
from codemods.pending import pending
from codemods.planning import hazards, request
from codemods.planning.edits.exports import without_exports
from codemods.planning.edits.importers import importer_edits
from codemods.planning.edits.manuals import shown_beside
from codemods.planning.edits.model import Block, Body, DestinationEdits, Edits, SourceEdits
from codemods.planning.edits.moved_code import body_edits
from codemods.planning.edits.new_packages import new_packages
from codemods.planning.edits.node_ids import node_ids
from codemods.planning.edits.reachable import unreachable
from codemods.planning.edits.spelling import relative_style
from codemods.planning.edits.stubs import stub_edits
from codemods.planning.effects.load_order import in_old_order
from codemods.planning.effects.statements import Effects
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.loggers import loggers
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.grouping.second_execution import SecondExecution, runs_twice
from codemods.planning.grouping.type_variables import type_variables
from codemods.planning.hazards import configured_by_name, import_order
from codemods.planning.imports.lazy_reexports import (
    deferred_imports,
    deprecation_hazards,
    executed_in_place,
    must_bind,
    ways_back,
)
from codemods.planning.imports.optional_blocks import unread
from codemods.planning.imports.required import RequiredImports
from codemods.planning.imports.self_imports import arriving, awaiting
from codemods.planning.imports.source_imports import (
    departing_blocks,
    departing_imports,
    kept_for_others,
    landing_place,
    passing_on,
)
from codemods.planning.imports.withdrawn_lazy_names import no_longer_tested, withdrawn
from codemods.planning.index.annotation_readers import Resolved, resolved_hints
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references import patches, text_references
from codemods.planning.references.introspection import questions
from codemods.planning.references.namespace_writes import names_written, written
from codemods.planning.references.packaging_lists import entered, late_in_text, marked
from codemods.planning.references.referrers import Referrers
from codemods.planning.selection.choosing import choose
from codemods.planning.selection.direction import Verdict, verdict
from codemods.planning.selection.in_place import below_moved
from codemods.planning.selection.test_items import own_fixtures
from codemods.planning.selection.what_moves import Moving, Request
from codemods.project import Tree
from codemods.project.import_style import import_style
from codemods.project.pytest_rules import pytest_rules


def make_plan(move: Move, tree: Tree) -> Plan:
    """The plan of one move; Refused with the hazards that stand against it."""
    project = ProjectIndex(tree)
    names = pending(move, project.module)
    if not names:
        return Plan((move,), done=True)
    move = replace(move, names=names)
    request.check_destination(project, move)
    source = request.readable(project, move.source, "source")
    destination = request.readable(project, move.destination, "destination") if move.destination in tree.paths else None
    groups = DefinitionGroups(source)
    request.check_names(project, move, groups)
    referrers = Referrers(project, move.source).collect(source.binds)
    facts, followers = _settled(project, move, source, destination, groups, referrers)
    try:
        return _planned(facts, followers)
    except Refused as refused:
        if not _has_turns(facts, refused):
            raise
        try:
            return _planned(replace(facts, in_turn=True), followers)
        except Refused:
            raise refused from None


def _has_turns(facts: Facts, refused: Refused) -> bool:
    """Is the move refused only for the order of side effects, which may hold where the source executes moved code?"""
    if facts.source_imports or executed_in_place(facts) is not None:
        return False
    return all(hazard.code == import_order.CODE for hazard in refused.hazards)


def _planned(facts: Facts, followers: tuple[patches.PatchTarget, ...]) -> Plan:
    move, project = facts.move, facts.project
    needs = RequiredImports(
        project,
        facts.groups,
        _ordered(facts),
        move.destination,
        relative_style(facts.source, project.names),
        facts.pinned,
        {name: group for group in facts.request.copied for name in group.binds},
        at_top=not facts.source_imports or facts.in_place,
        executed_at=_executed_at(facts),
    )
    needs.solve()
    found = [*hazards.find(facts), *deprecation_hazards(facts), *late_in_text(facts, needs.late)]
    found += passing_on(facts, needs.used, departing_blocks(facts, needs.blocks))
    against = [h for h in found if h.severity is Severity.REFUSES]
    if against:
        raise Refused(*against)
    edits = _edits(facts, needs, body_edits(facts, needs), followers)
    lost = tuple(unreachable(facts, edits))
    if lost:
        raise Refused(*lost)
    return Plan(
        (move,), tuple(_group_plans(facts, needs)), tuple(_file_plans(facts, edits)), tuple(found), False, (edits,)
    )


def _settled(
    project: ProjectIndex,
    move: Move,
    source: Module,
    destination: Module | None,
    groups: DefinitionGroups,
    referrers: Referrers,
) -> tuple[Facts, tuple[patches.PatchTarget, ...]]:
    """What is settled. That a reader of annotations may stand far away makes no import cycle, nor does a type variable
    that both modules may have."""
    hints = resolved_hints(project, move.source)
    asked = {groups.by_name[name] for name in move.names}
    variables = type_variables(groups, referrers.outside).values()
    again = frozenset(u for u in variables if {r for n in u.binds for r in groups.readers[n]} - asked - {u}) - asked
    less = [hints, Resolved.EXPOSED] if hints is Resolved.FAR else [hints]
    first: Refused | None = None
    for copied in (frozenset[DefinitionGroup](), again) if again else (frozenset[DefinitionGroup](),):
        for resolved in less:
            try:
                return _settle(project, move, source, destination, groups, referrers, resolved, copied)
            except Refused as refused:
                if refused.cycle is None and first is None:
                    raise
                first = first or refused
    assert first is not None
    raise first


def _settle(
    project: ProjectIndex,
    move: Move,
    source: Module,
    destination: Module | None,
    groups: DefinitionGroups,
    referrers: Referrers,
    hints: Resolved,
    again: frozenset[DefinitionGroup],
) -> tuple[Facts, tuple[patches.PatchTarget, ...]]:
    """What moves, who imports whom, and the patches, each of which depends on the others, until none changes."""
    rules = pytest_rules(project.tree)
    tests = rules.reads(move.source) and (rules.reads(move.destination) or move.destination.endswith("conftest.py"))
    writes = written(referrers.values, groups)
    pinned = names_written(groups, writes)
    wanted = Request(
        ReferenceGraph(groups, hints),
        move.names,
        move.along,
        own_fixtures(source, move.names) if tests else frozenset(),
        outside=referrers.users,
        again=SecondExecution(groups, bool(Effects(project).of_module(move.source)))
        if runs_twice(project, source)
        else None,
        copied=again | (set(loggers(groups).values()) - {groups.by_name[name] for name in move.names}),
    )
    keep = {*move.keep, *_tied(move, groups)}
    while True:
        wanted = replace(wanted, held=frozenset(keep | pinned))
        known = Facts(project, move, source, destination, groups, referrers, wanted, {}, pinned, frozenset(), writes)
        chosen = choose(wanted, partial(_judged, known))
        moving = chosen.moving
        more, followers = patches.split(groups, referrers, set(moving))
        more |= {name for name in source.rebound if name in source.binds and groups.by_name.get(name) not in moving}
        if more <= pinned:
            followed = frozenset(patch.name for patch in followers)
            how = replace(known, source_imports=chosen.source_imports, in_place=chosen.in_place)
            return replace(how, moving=moving, followed=followed), followers
        pinned |= more


def _again(project: ProjectIndex, groups: DefinitionGroups) -> SecondExecution | None:
    if not runs_twice(project, groups.module):
        return None
    return SecondExecution(groups, bool(Effects(project).of_module(groups.module.path)))


def _judged(known: Facts, moving: Moving) -> tuple[Facts, Verdict]:
    facts = replace(known, moving=moving)
    _, followers = patches.split(facts.groups, facts.referrers, set(moving))
    facts = replace(facts, followed=frozenset(patch.name for patch in followers))
    return facts, verdict(facts, tuple(f"{name}: {why}" for name, why in must_bind(facts).items()))


def _executed_at(facts: Facts) -> int | None:
    if facts.in_place:
        return below_moved(facts)
    below = place[1].before if (place := executed_in_place(facts)) is not None else None
    return below.index if below is not None else None


def _tied(move: Move, groups: DefinitionGroups) -> Iterator[str]:
    """Names whose definitions ask which module they stand in: moved code does without them where it can."""
    same_folder = move.source.rpartition("/")[0] == move.destination.rpartition("/")[0]
    for group in groups.all:
        if any(True for s in group.statements for _ in questions(groups.module, same_folder, s)):
            yield from group.binds


def _ordered(facts: Facts) -> tuple[DefinitionGroup, ...]:
    return tuple(sorted(facts.moving, key=lambda group: group.index))


def _edits(facts: Facts, needs: RequiredImports, changes: tuple, followers: tuple[patches.PatchTarget, ...]) -> Edits:  # type: ignore[type-arg]
    moving = _ordered(facts)
    statements = tuple(sorted((s for group in moving for s in group.statements), key=lambda s: s.index))
    copied = {id(u): u for u in needs.copies}.values()
    made_again = tuple(s for group in copied for s in group.statements[:1])
    texts = text_references.rewritten(facts.mentions)
    own = texts.get(facts.move.source, ())
    going = text_references.inside(facts, own, statements)
    unlisted = () if facts.move.goes_on else tuple(without_exports(facts.source, facts.moved_names))
    body = Body(
        facts.source,
        tuple(sorted((*made_again, *statements), key=lambda s: s.index)),
        (*changes, *going),
        tuple(needs.late),
        arriving(facts),
    )
    annotated = any(
        isinstance(n, (ast.arg, ast.AnnAssign)) or getattr(n, "returns", None)
        for s in statements
        for n in ast.walk(s.node)
    )
    future = (
        facts.source.postponed and annotated and not (facts.destination is not None and facts.destination.postponed)
    )
    waiting = awaiting(facts)
    tested = () if needs.typing_imports else tuple(no_longer_tested(facts, waiting))
    blocks = tuple(Block(node, unread(facts.source, node, needs.used)) for node in needs.blocks)
    own_accesses = facts.own_accesses
    arrival = DestinationEdits(
        facts.move.destination,
        facts.destination,
        body,
        future,
        marked(facts, needs.imports),
        tuple(needs.typing_imports),
        needs.typing_test(),
        blocks,
        (*waiting, *tested, *(own_accesses.dropped if own_accesses else ())),
        (*texts.get(facts.move.destination, ()), *(own_accesses.edits if own_accesses else ())),
        withdrawn=withdrawn(facts),
    )
    back, lazy = ways_back(facts)
    leaving = departing_blocks(facts, needs.blocks)
    departure = SourceEdits(
        facts.move.source,
        facts.source,
        statements,
        departing_imports(facts, needs.used, leaving),
        kept_for_others(facts, needs.used, leaving),
        leaving,
        back,
        landing_place(facts, needs.lands_after),
        (*(edit for edit in own if edit not in going), *unlisted),
        lazy,
        late=deferred_imports(facts),
        executes=executed_in_place(facts),
    )
    packages, limit = tuple(new_packages(facts.project, facts.move.destination)), import_style(facts.project.tree)
    departure, order = in_old_order(facts, departure, arrival)
    others, kept = importer_edits(
        facts,
        followers,
        order,
        (*entered(facts, packages), *shown_beside(facts), *node_ids(facts), *configured_by_name.rules_written(facts)),
    )
    against = list(import_order.against(facts, order, kept))
    if against:
        raise Refused(*against)
    return Edits(departure, arrival, others, packages, limit, kept, stub_edits(facts))


def _group_plans(facts: Facts, needs: RequiredImports) -> Iterator[GroupPlan]:
    source = facts.source.source
    for group in _ordered(facts):
        disposition, reason = facts.moving[group]
        yield GroupPlan(group.names or (group.label,), source.place(group.statements[0].node), disposition, reason)
    for group in {id(u): u for u in needs.copies}.values():
        logger = group in loggers(facts.groups).values()
        same = (
            "the same logger is got by its name"
            if logger
            else "a type variable that no code can distinguish from the other is made"
        )
        reason = f"{same} in both modules"
        yield GroupPlan(group.names, source.place(group.statements[0].node), Disposition.COPIED, reason)
    stays: dict[str, str] = {}
    for late in needs.late:
        stays.setdefault(late.new.binds, "staying code uses it; moved functions import it when they run")
    for new in needs.imports:
        if new.binds in facts.groups.by_name and (facts.in_place or not facts.source_imports):
            stays.setdefault(new.binds, "staying code uses it; the destination imports it")
    for new in needs.typing_imports:
        if new.binds in facts.groups.by_name:
            stays.setdefault(new.binds, "only annotations of moved code name it")
    for name, reason in stays.items():
        node = facts.groups.by_name[name].statements[0].node if name in facts.groups.by_name else None
        yield GroupPlan((name,), source.place(node) if node else Place(source.path), Disposition.STAYS, reason)


def _file_plans(facts: Facts, edits: Edits) -> Iterator[FilePlan]:
    departure, arrival = edits.departure, edits.arrival
    names = ", ".join(new.binds for new in departure.back)
    actions = [f"loses {_count(len(departure.statements), 'statement')}"]
    if departure.back:
        actions.append(f"imports {names} back, so that the old path keeps working")
    lazy = departure.lazy
    if lazy and lazy.names:
        how = "with a DeprecationWarning" if lazy.warns else f"in {facts.move.destination} when asked for"
        actions.append(f"finds {', '.join(lazy.names)} {how}, so that the old path keeps working")
    if departure.late:
        actions.append("imports inside functions " + ", ".join(sorted({late.new.binds for late in departure.late})))
    if departure.executes:
        actions.append(
            f"imports {facts.move.destination} as a module where {facts.move.names[0]} stood: it has effects"
        )
    if departure.dropped:
        actions.append("no longer imports " + ", ".join(item.binds for item in departure.dropped))
    yield FilePlan(departure.path, tuple(actions))
    got = [f"{'is joined' if arrival.module else 'is made'} with {_count(len(arrival.body.statements), 'statement')}"]
    brought = [new.binds for new in (*arrival.imports, *arrival.typing_imports)]
    if brought:
        got.append("imports " + ", ".join(brought))
    if arrival.body.late:
        got.append("imports inside functions " + ", ".join(sorted({late.new.binds for late in arrival.body.late})))
    if arrival.withdrawn is not None:
        names = [name for branch in arrival.withdrawn.branches for name in branch.gone]
        got.append("no longer finds " + ", ".join(names) + " when asked: it defines that")
    yield FilePlan(arrival.path, tuple(got))
    if edits.stubs is not None:
        declared = ", ".join(dict.fromkeys(n for s in edits.stubs.arrival.body.statements for n in sorted(s.binds)))
        yield FilePlan(edits.stubs.departure.path, (f"no longer declares {declared}",))
        yield FilePlan(edits.stubs.arrival.path, (f"declares {declared}",))
    for path in edits.new_packages:
        yield FilePlan(path, ("is made, empty: its neighbours are packages",))
    new = facts.project.names.dotted(facts.move.destination)
    for kept in edits.kept:
        names = ", ".join(kept.names) or "moved code"
        said = f"keeps importing {names} by the old path: with {new} it {kept.reason}"
        yield FilePlan(kept.place.path, (), (said,))
    for file in edits.others:
        said = [f"imports {r.item.attribute} from {r.module}" for r in file.rehomes]
        said += [s.why for s in file.strings]
        yield FilePlan(file.path, tuple(said))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


__all__ = ["Hazard", "Moment", "make_plan"]
