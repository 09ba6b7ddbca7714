"""What moves, who imports whom, and which names moved code reads through the source: repeated until none changes.

Each depends on the others. What moves says which patch targets can follow their readers. The names of those that can't
are looked up in the source, so their definitions stay there; and that changes what moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from codemods.model import Move, Refused
from codemods.planning.effects.statements import Effects
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.loggers import loggers
from codemods.planning.grouping.mutations import bound_again_below
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.grouping.second_execution import SecondExecution, runs_twice
from codemods.planning.grouping.type_variables import type_variables
from codemods.planning.imports.lazy_reexports import must_bind, takes_effect
from codemods.planning.index.annotation_readers import Resolved, resolved_hints
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references import patches
from codemods.planning.references.introspection import questions
from codemods.planning.references.namespace_writes import names_written, written
from codemods.planning.references.reloads import Again, renewed
from codemods.planning.selection.choosing import choose
from codemods.planning.selection.direction import Verdict, verdict
from codemods.planning.selection.test_items import own_fixtures
from codemods.planning.selection.what_moves import Moving, Request
from codemods.planning.settled import Inputs
from codemods.project.pytest_rules import pytest_rules


def settled(inputs: Inputs) -> tuple[Facts, tuple[patches.PatchTarget, ...]]:
    """(what is settled, the patch targets that follow their readers).

    That a reader of annotations may stand far away makes no import cycle, nor does a type variable that both modules
    may have: where all needs together are a cycle, it is tried without these.
    """
    groups = inputs.groups
    hints = resolved_hints(inputs.project, inputs.move.source)
    asked = {groups.by_name[name] for name in inputs.move.names}
    variables = type_variables(groups, inputs.referrers.outside).values()
    again = frozenset(u for u in variables if {r for n in u.binds for r in groups.readers[n]} - asked - {u}) - asked
    less = [hints, Resolved.EXPOSED] if hints is Resolved.FAR else [hints]
    first: Refused | None = None
    for copied in (frozenset[DefinitionGroup](), again) if again else (frozenset[DefinitionGroup](),):
        for resolved in less:
            try:
                return _settled_with(inputs, resolved, copied)
            except Refused as refused:
                if refused.cycle is None and first is None:
                    raise
                first = first or refused
    assert first is not None
    raise first


def _settled_with(
    inputs: Inputs, hints: Resolved, again: frozenset[DefinitionGroup]
) -> tuple[Facts, tuple[patches.PatchTarget, ...]]:
    """What moves, who imports whom, and the patches, each of which depends on the others, until none changes."""
    project, move, source, groups, referrers = (
        inputs.project,
        inputs.move,
        inputs.source,
        inputs.groups,
        inputs.referrers,
    )
    rules = pytest_rules(project.tree)
    tests = rules.reads(move.source) and (rules.reads(move.destination) or move.destination.endswith("conftest.py"))
    writes = written(referrers.values, groups)
    through_source = names_written(project.tree, groups, writes)
    wanted = Request(
        ReferenceGraph(groups, hints),
        move.names,
        move.along,
        own_fixtures(source, move.names) if tests else frozenset(),
        outside=referrers.users,
        again=_executed_twice(project, groups),
        spoken_of=partial(_read_off_its_like, project, move.source),
        copied=again | (set(loggers(groups).values()) - {groups.by_name[name] for name in move.names}),
    )
    run_here = rules.tests(source.source.tree.body) if rules.reads(move.source) else ()
    keep = {*move.keep, *inputs.made_there, *inputs.filled_there, *inputs.left, *groups.apart, *run_here}
    keep |= {*_tied(move, groups)}
    while True:
        wanted = replace(wanted, held=frozenset(keep | through_source))
        known = Facts(
            project,
            move,
            source,
            inputs.destination,
            groups,
            referrers,
            request=wanted,
            moving={},
            read_through_source=through_source,
            followed=frozenset(),
            writes=writes,
            made_there=inputs.made_there,
            filled_there=inputs.filled_there,
            left=inputs.left,
        )
        chosen = choose(wanted, partial(_judged, known))
        moving = chosen.moving
        more, followers = patches.split(groups, referrers, set(moving))
        more |= {name for name in source.rebound if name in source.binds and not groups.goes(name, moving)}
        more |= {*bound_again_below(groups, moving), *renewed(referrers.values, groups, moving, Again.RELOADED)}
        if more <= through_source:
            followed = frozenset(patch.name for patch in followers)
            how = replace(known, source_imports=chosen.source_imports, in_place=chosen.in_place)
            return replace(how, moving=moving, followed=followed), followers
        through_source |= more


def _read_off_its_like(project: ProjectIndex, source: str, name: str) -> bool:
    """Does another file read a name off a module that is called like the source, however it got that? It may be this
    one, as a star import brings it: what is spoken of so is no helper."""
    tree, called = project.tree, project.names.dotted(source).rpartition(".")[2]
    said = re.compile(rf"(?<!\w){re.escape(called)}\.{re.escape(name)}(?!\w)".encode())
    files = tree.code_with([name]) & tree.code_with([called])
    return any(said.search(tree.peek(path)) for path in files if path != source)


def _executed_twice(project: ProjectIndex, groups: DefinitionGroups) -> SecondExecution | None:
    """Of a script that is imported as well: the module that its process then has beside it."""
    if not runs_twice(project, groups.module):
        return None
    return SecondExecution(groups, bool(Effects(project).of_module(groups.module.path)))


def _judged(known: Facts, moving: Moving) -> tuple[Facts, Verdict]:
    facts = replace(known, moving=moving)
    _, followers = patches.split(facts.groups, facts.referrers, set(moving))
    facts = replace(facts, followed=frozenset(patch.name for patch in followers))
    registered = next((group.label for group in moving if takes_effect(facts, group)), "")
    return facts, verdict(facts, tuple(f"{name}: {why}" for name, why in must_bind(facts).items()), registered)


def _tied(move: Move, groups: DefinitionGroups) -> Iterator[str]:
    """Names whose definitions ask which module they stand in: moved code does without them where it can."""
    same_folder = move.source.rpartition("/")[0] == move.destination.rpartition("/")[0]
    for group in groups.all:
        if any(True for s in group.statements for _ in questions(groups.module, same_folder, s)):
            yield from group.binds
