"""Remedies that several hazards have, as the user can type them for this move."""

from __future__ import annotations

from collections.abc import Collection

from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.settled import Settled


def leave(facts: Settled, group: DefinitionGroup) -> str:
    """Do not move this group: what was asked for has no option that holds it back, what moves with it has."""
    if group.names and asked(facts, group.names):
        return f"leave `{asked(facts, group.names)[0]}` where it is"
    return f"leave `{group.label}` where it is{f': --keep {group.label}' if group.names else ''}"


def asked(facts: Settled, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that the user asked to move."""
    return tuple(name for name in (*facts.move.names, *facts.move.along) if name in names)
