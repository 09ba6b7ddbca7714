"""A Move and a tree become a Plan: what moves, what it needs there, who is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from codemods.bindings import Statement
from codemods.model import Disposition, Move, Plan, Refused, Severity
from codemods.pending import pending
from codemods.planning import hazards
from codemods.planning.descriptions import file_plans, group_plans
from codemods.planning.edits.closed_cycles import closed_cycles
from codemods.planning.edits.exports import without_exports
from codemods.planning.edits.importers import importer_edits
from codemods.planning.edits.manuals import shown_beside
from codemods.planning.edits.model import Block, Body, DestinationEdits, Edits, Replacement, SourceEdits
from codemods.planning.edits.moved_code import body_edits
from codemods.planning.edits.new_packages import new_packages
from codemods.planning.edits.node_ids import node_ids
from codemods.planning.edits.reachable import unreachable
from codemods.planning.edits.stubs import stub_edits
from codemods.planning.effects.load_order import in_old_order
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.rebound_apart import rebound_apart
from codemods.planning.hazards import configured_by_name, import_order, live_annotations, rebound_global
from codemods.planning.imports.as_attributes import as_attributes
from codemods.planning.imports.bound_too_late import bound_too_late
from codemods.planning.imports.eager_reexports import landing_place
from codemods.planning.imports.lazy_reexports import (
    deferred_imports,
    deprecation_hazards,
    executing_import,
    reexports,
)
from codemods.planning.imports.optional_blocks import unread
from codemods.planning.imports.required import RequiredImports
from codemods.planning.imports.self_imports import arriving, awaiting, no_longer_for_checkers
from codemods.planning.imports.source_imports import (
    departing_blocks,
    departing_imports,
    kept_for_others,
    passing_on,
)
from codemods.planning.imports.withdrawn_lazy_names import no_longer_tested, withdrawn
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references import patches, text_references
from codemods.planning.references.alike_annotations import alike, annotations_in
from codemods.planning.references.example_runners import suites_written
from codemods.planning.references.local_lists import late_in_locals
from codemods.planning.references.packaging_lists import entered, late_in_text, marked
from codemods.planning.references.referrers import Referrers
from codemods.planning.request_checks import check_destination, check_names, readable
from codemods.planning.selection.in_place import below_moved
from codemods.planning.selection.settling import settled
from codemods.planning.settled import Inputs
from codemods.project import Tree
from codemods.project.import_style import import_style


def make_plan(move: Move, tree: Tree) -> Plan:
    """The plan of one move; Refused with the hazards that stand against it."""
    project = ProjectIndex(tree)
    names = pending(move, project.module)
    if not names:
        return Plan((move,), done=True)
    move = replace(move, names=names)
    check_destination(project, move)
    source = readable(project, move.source, "source")
    destination = readable(project, move.destination, "destination") if move.destination in tree.paths else None
    groups = DefinitionGroups(source)
    check_names(project, move, groups)
    referrers = Referrers(project, move.source).collect(source.binds)
    inputs = Inputs(project, move, source, destination, groups, referrers)
    try:
        return _in_some_order(inputs)
    except Refused as refused:
        for other in _otherwise(inputs, refused):
            try:
                return _in_some_order(other)
            except Refused:
                continue
        raise


def _otherwise(inputs: Inputs, refused: Refused) -> Iterator[Inputs]:
    """The same move where a rebound global stays, or all that nobody asked for."""
    move, groups = inputs.move, inputs.groups
    asked = (*move.names, *move.along)
    if refused.cycle is not None or any(h.code == rebound_global.CODE for h in refused.hazards):
        if apart := rebound_apart(groups, asked, inputs.referrers.users):
            yield replace(inputs, groups=DefinitionGroups(inputs.source, apart))
    others = groups.by_name.keys() - {name for one in asked for name in groups.by_name[one].binds}
    if others and refused.cycle is None and not move.needed:  # what is needed at import time makes the same cycle
        yield replace(inputs, left=frozenset(others))


def _in_some_order(inputs: Inputs) -> Plan:
    facts, followers = settled(inputs)
    if filled := _filled_there(facts) - inputs.filled_there:
        try:
            return _in_some_order(replace(inputs, filled_there=inputs.filled_there | filled))
        except Refused:
            pass  # with it, what moves works for all that import the source as well
    keeping = _keeping_made(inputs, facts)
    if keeping is not None and executing_import(facts) is not None:
        try:  # else the source would have to execute that data in the middle
            return _planned(*settled(keeping))
        except Refused:
            keeping = None
    try:
        return _planned(facts, followers)
    except Refused as refused:
        if any(hazard.code != import_order.CODE for hazard in refused.hazards):
            raise
        for attempt in _in_another_order(facts, followers, keeping):
            try:
                return attempt()
            except Refused:
                continue
        raise


def _in_another_order(
    facts: Facts, followers: tuple[patches.PatchTarget, ...], keeping: Inputs | None
) -> Iterator[Callable[[], Plan]]:
    """Plans in which the order of side effects may hold: the source executes moved code where it stood, though it knows
    of no effect; or data whose making has effects stays."""
    if not facts.source_imports and executing_import(facts) is None:
        yield lambda: _planned(replace(facts, executes_anyway=True), followers)
    if keeping is not None:
        yield lambda: _planned(*settled(keeping))


def _keeping_made(inputs: Inputs, facts: Facts) -> Inputs | None:
    """The move without the data whose making has effects, and which nobody asked for; None where there is none."""
    made = _made_with_effects(facts)
    return replace(inputs, made_there=frozenset(made)) if made else None


def _filled_there(facts: Facts) -> frozenset[str]:
    """Data that nobody asked for, and that staying statements change while the source is imported."""
    data = _unasked_data(facts)
    if not data:
        return frozenset()
    staying = (s for group in facts.staying for s in group.statements if not s.is_import)
    changed = {effect.target for s in staying for effect in facts.effects.of(facts.source, s)}
    return frozenset(name for group in data for name in group.names if (facts.source.path, name) in changed)


def _unasked_data(facts: Facts) -> list[DefinitionGroup]:
    along = (group for group, (how, _) in facts.moving.items() if how is Disposition.GOES_ALONG)
    return [g for g in along if not (g.is_class or g.is_function or g.binds & {*facts.move.along})]


def _made_with_effects(facts: Facts) -> tuple[str, ...]:
    acting = (g for g in _unasked_data(facts) if any(facts.effects.of(facts.source, s) for s in g.statements))
    return tuple(sorted(name for group in acting for name in group.names))


def _planned(facts: Facts, followers: tuple[patches.PatchTarget, ...]) -> Plan:
    move, project = facts.move, facts.project
    attributes = as_attributes(facts)
    needs = RequiredImports(
        project,
        facts.groups,
        facts.moving_in_order,
        move.destination,
        facts.relative,
        facts.read_through_source,
        {name: group for group in facts.request.copied for name in group.binds - attributes},
        as_attributes=attributes,
        bound_too_late=bound_too_late(facts.graph, facts.moving) if facts.source_imports else frozenset(),
        at_top=not facts.source_imports or facts.in_place,
        executed_at=_executed_at(facts),
        standing=facts.destination,
    )
    needs.solve()
    found = [*hazards.find(facts), *deprecation_hazards(facts), *late_in_text(facts, needs.late)]
    found += late_in_locals(facts, (*needs.late, *deferred_imports(facts)))
    found += passing_on(facts, needs.used, departing_blocks(facts, needs.blocks))
    against = [h for h in found if h.severity is Severity.REFUSES]
    if against:
        raise Refused(*against)
    edits = _edits(facts, needs, followers)
    lost = (*unreachable(facts, edits), *closed_cycles(facts, edits))
    if lost:
        raise Refused(*lost)
    return Plan(
        (move,), tuple(group_plans(facts, needs)), tuple(file_plans(facts, edits)), tuple(found), False, (edits,)
    )


def _executed_at(facts: Facts) -> int | None:
    if facts.in_place:
        return below_moved(facts)
    below = place[1].before if (place := executing_import(facts)) is not None else None
    return below.index if below is not None else None


def _edits(facts: Facts, needs: RequiredImports, followers: tuple[patches.PatchTarget, ...]) -> Edits:
    texts = text_references.rewritten(facts.mentions)
    own = texts.get(facts.move.source, ())
    statements = tuple(sorted((s for group in facts.moving for s in group.statements), key=lambda s: s.index))
    going = text_references.inside(facts, own, statements)
    arrival = _arrival(facts, needs, _body(facts, needs, statements, going), texts.get(facts.move.destination, ()))
    departure = _departure(facts, needs, statements, tuple(edit for edit in own if edit not in going))
    departure, order = in_old_order(facts, departure, arrival)
    packages = tuple(new_packages(facts.project, facts.move.destination))
    others, kept = importer_edits(
        facts,
        followers,
        order,
        (
            *entered(facts, packages),
            *shown_beside(facts),
            *node_ids(facts),
            *suites_written(facts),
            *configured_by_name.rules_written(facts),
        ),
    )
    against = list(import_order.against(facts, order, kept))
    if against:
        raise Refused(*against)
    return Edits(departure, arrival, others, packages, import_style(facts.project.tree), kept, stub_edits(facts))


def _body(
    facts: Facts, needs: RequiredImports, statements: tuple[Statement, ...], going: Iterable[Replacement]
) -> Body:
    copied = {id(u): u for u in needs.copies}.values()
    made_again = (s for group in copied for s in group.statements[:1])
    return Body(
        facts.source,
        tuple(sorted((*made_again, *statements), key=lambda s: s.index)),
        (*body_edits(facts, needs), *going),
        tuple(needs.late),
        arriving(facts),
    )


def _arrival(facts: Facts, needs: RequiredImports, body: Body, texts: tuple[Replacement, ...]) -> DestinationEdits:
    waiting = (*awaiting(facts), *no_longer_for_checkers(facts, needs.imports))
    tested = () if needs.typing_imports else tuple(no_longer_tested(facts, waiting))
    own = facts.own_accesses
    return DestinationEdits(
        facts.move.destination,
        facts.destination,
        body,
        _future(facts),
        marked(facts, needs.imports),
        tuple(needs.typing_imports),
        needs.typing_test(),
        tuple(Block(node, unread(facts.source, node, needs.used)) for node in needs.blocks),
        (*waiting, *tested, *(own.dropped if own else ())),
        (*texts, *(own.edits if own else ())),
        withdrawn=withdrawn(facts),
        head=configured_by_name.head_comments(facts),
    )


def _future(facts: Facts) -> bool:
    """Does the destination need ``from __future__ import annotations``, which the source has?"""
    if not facts.source.postponed or (facts.destination is not None and facts.destination.postponed):
        return False
    if facts.destination is not None and live_annotations.fields_of(facts.destination) and alike(facts):
        return False
    return any(True for group in facts.moving for s in group.statements for _ in annotations_in(s.node))


def _departure(
    facts: Facts, needs: RequiredImports, statements: tuple[Statement, ...], texts: tuple[Replacement, ...]
) -> SourceEdits:
    offered, lazy = reexports(facts)
    leaving = departing_blocks(facts, needs.blocks)
    unlisted = () if facts.move.goes_on else tuple(without_exports(facts.source, facts.moved_names))
    return SourceEdits(
        facts.move.source,
        facts.source,
        statements,
        departing_imports(facts, needs.used, leaving),
        kept_for_others(facts, needs.used, leaving),
        leaving,
        offered,
        landing_place(facts, needs.lands_after),
        (*texts, *unlisted),
        lazy,
        late=deferred_imports(facts),
        executes=executing_import(facts),
    )
