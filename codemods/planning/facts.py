"""What is known when a plan is made: the move, the modules, who refers to them, what moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from codemods.bindings import Module
from codemods.model import Disposition, Move
from codemods.planning.effects.statements import Effects
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.dynamic_names import Look, looks
from codemods.planning.references.module_accesses import Accesses, beside_stars, in_destination, rewritten_accesses
from codemods.planning.references.namespace_lookups import lookups
from codemods.planning.references.namespace_writes import Write
from codemods.planning.references.referrers import Referrers
from codemods.planning.references.text_references import Mention, find_mentions
from codemods.planning.selection.what_moves import Request
from codemods.project.pytest_rules import PytestRules, pytest_rules


@dataclass(frozen=True)
class Facts:
    """The input of the hazards: pure data, and the world to ask."""

    world: ProjectIndex
    move: Move
    source: Module
    destination: Module | None
    units: DefinitionGroups
    referrers: Referrers
    request: Request
    moving: dict[DefinitionGroup, tuple[Disposition, str]]
    pinned: frozenset[str]
    followed: frozenset[str]
    writes: tuple[Write, ...] = ()
    source_imports: bool = True  # else the destination imports the source, which finds moved names when asked

    @property
    def graph(self) -> ReferenceGraph:
        return self.request.graph

    @cached_property
    def effects(self) -> Effects:
        """What statements of the tree change when they run."""
        return Effects(self.world)

    @cached_property
    def moved_names(self) -> frozenset[str]:
        return frozenset(name for unit in self.moving for name in unit.binds)

    @cached_property
    def staying(self) -> tuple[DefinitionGroup, ...]:
        return tuple(unit for unit in self.units.all if unit not in self.moving)

    @cached_property
    def pytest_rules(self) -> PytestRules:
        """What pytest collects in this project."""
        return pytest_rules(self.world.tree)

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Staying code, and other modules, that look into the namespace of the source."""
        return tuple(looks(self))

    @cached_property
    def looks_along(self) -> bool:
        """Does moved code go on looking into it?"""
        return any(True for unit in self.moving for s in unit.statements for _ in lookups(self.source, s))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Texts that name moved definitions by their old path."""
        return find_mentions(self)

    @cached_property
    def accesses(self) -> dict[str, Accesses]:
        """What is written where a file reached a moved name through the module, and no longer does: the old path ends,
        or is lazy, and star imports find no lazy names."""
        if self.move.goes_on:
            passed_by = not self.source_imports and self.source.exported is None
            return beside_stars(self.referrers, self.move.destination, self.moved_names) if passed_by else {}
        return rewritten_accesses(self.referrers, self.move.destination, self.moved_names)

    @cached_property
    def own_accesses(self) -> Accesses | None:
        """What the destination reads through the source, and has itself then."""
        if self.destination is None:
            return None
        return in_destination(self.referrers, self.destination, self.moved_names)

    @property
    def same_folder(self) -> bool:
        return self.move.source.rpartition("/")[0] == self.move.destination.rpartition("/")[0]
