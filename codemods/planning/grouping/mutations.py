"""Statements that complete a value further down, and who has used it before as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from codemods.bindings import Moment, Statement
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups


@dataclass(frozen=True)
class EarlyUse:
    """``reader``, a statement of ``by``, uses a value of ``group`` that ``completion`` changes after it."""

    group: DefinitionGroup
    completion: Statement
    by: DefinitionGroup
    reader: Statement


def early_uses(groups: DefinitionGroups, moving: Collection[DefinitionGroup]) -> Iterator[EarlyUse]:
    """Staying code that uses moved values before the source completes them: it would see them completed."""
    for group in moving:
        first = group.statements[0].index
        # A function that registers itself binds a name of its own; `effects` compares its order.
        completions = [s for s in group.statements[1:] if s.touches & group.binds and not s.binds]
        if not completions:
            continue
        names = _built_on(group, moving)
        for other in groups.all:
            if other in moving:
                continue
            for statement in other.statements:
                after = next((c for c in completions if first < statement.index < c.index), None)
                if after is not None and _uses(statement, names):
                    yield EarlyUse(group, after, other, statement)
                    break


def bound_again_below(groups: DefinitionGroups, moving: Collection[DefinitionGroup]) -> Iterator[str]:
    """Staying names that moved code reads while it is imported and when it is called, and that the source binds again
    in between: a value imported once would be the first one for both."""
    for group in moving:
        for statement in group.statements:
            read = {r.name for r in statement.references if r.moment is Moment.IMPORT and not r.writes}
            called = {r.name for r in statement.references if r.moment is Moment.CALL}
            for name in read & called:
                owner = groups.by_name.get(name)
                if owner is not None and owner not in moving and _binds_below(owner, name, statement):
                    yield name


def _binds_below(owner: DefinitionGroup, name: str, reader: Statement) -> bool:
    return any(name in s.binds and s.index > reader.index for s in owner.statements)


def _uses(statement: Statement, names: frozenset[str]) -> bool:
    return any(r.name in names and r.moment is Moment.IMPORT and not r.annotation for r in statement.references)


def _built_on(group: DefinitionGroup, moving: Collection[DefinitionGroup]) -> frozenset[str]:
    """Names of moved groups that need the group while they are imported, and its own."""
    names = set(group.binds)
    while True:
        more = {
            name
            for other in moving
            for r in other.references
            if r.moment is Moment.IMPORT and r.name in names
            for name in other.binds
        }
        if more <= names:
            return frozenset(names)
        names |= more
