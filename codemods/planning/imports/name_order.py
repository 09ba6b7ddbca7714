"""Code that goes through the names of the source in the order in which they are bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.references.dynamic_names import Look
from codemods.project.import_style import import_style


def keeps_its_turn(facts: Facts) -> bool:
    """Does the source bind what moved, one run of statements, where that stood? It does where it always can, and where
    somebody lists its names in order."""
    moved = sorted(s.index for group in facts.moving for s in group.statements)
    if moved[-1] - moved[0] != len(moved) - 1:
        return False
    return facts.in_place or (facts.source_imports and any(_earlier_at_top(facts, look) for look in facts.looks))


def early(facts: Facts, look: Look) -> str:
    """A moved name that is bound before a listed one that stood above it; empty where all keep their order."""
    if not keeps_its_turn(facts) and (name := _earlier_at_top(facts, look)):
        return name
    style = import_style(facts.project.tree)
    keys = [style.name_key, replace(style, by_type=not style.by_type).name_key]
    pairs = pairwise(name for _, name in _listed(facts, look))
    return next((late for first, late in pairs if any(key(late) < key(first) for key in keys)), "")


def _earlier_at_top(facts: Facts, look: Look) -> str:
    """A moved name that comes before a listed one if the source imports it with its other imports."""
    moved = _listed(facts, look) if look.ordered else []
    staying = [g.index for g in facts.staying if _lists(look, g) and not all(s.is_import for s in g.statements)]
    return next((name for index, name in moved if staying and min(staying) < index), "")


def _listed(facts: Facts, look: Look) -> list[tuple[int, str]]:
    return [(group.index, name) for group in facts.moving_in_order for name in group.names if look.finds(name)]


def _lists(look: Look, group: DefinitionGroup) -> bool:
    return any(look.finds(name) for name in group.names)
