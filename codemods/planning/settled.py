"""The fixed inputs of one move: what was asked, the modules, who refers to them. ``Facts`` adds the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from codemods.bindings import Module
from codemods.model import Disposition, Move
from codemods.planning.effects.statements import Effects
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.namespace_writes import Write
from codemods.planning.references.referrers import Referrers
from codemods.planning.selection.what_moves import Request
from codemods.project.pytest_rules import PytestRules, pytest_rules


@dataclass(frozen=True)
class Inputs:
    """What is known of a move before anything is decided. ``made_there``: data that stays where it is made, for the
    order in which that has side effects; ``filled_there``: data that staying code changes while the source is imported;
    ``left``: what nobody asked for, and with which the move was refused."""

    project: ProjectIndex
    move: Move
    source: Module
    destination: Module | None
    groups: DefinitionGroups
    referrers: Referrers
    made_there: frozenset[str] = field(default=frozenset(), kw_only=True)
    filled_there: frozenset[str] = field(default=frozenset(), kw_only=True)
    left: frozenset[str] = field(default=frozenset(), kw_only=True)


@dataclass(frozen=True)
class Settled(Inputs):
    """What a move is about: pure data, and the project to ask."""

    request: Request
    moving: dict[DefinitionGroup, tuple[Disposition, str]]
    read_through_source: frozenset[str]
    followed: frozenset[str]
    writes: tuple[Write, ...] = ()
    source_imports: bool = True  # else the destination imports the source, which finds moved names when asked
    executes_anyway: bool = False  # the source executes moved code where it stood, though it knows of no effect
    in_place: bool = False  # the source imports the destination where what moves stood, and is always imported first

    @property
    def graph(self) -> ReferenceGraph:
        return self.request.graph

    @cached_property
    def effects(self) -> Effects:
        """What statements of the tree change when they run."""
        return Effects(self.project)

    @cached_property
    def moved_names(self) -> frozenset[str]:
        return frozenset(name for group in self.moving for name in group.binds)

    @cached_property
    def moving_in_order(self) -> tuple[DefinitionGroup, ...]:
        """What moves, in the order of the text."""
        return tuple(sorted(self.moving, key=lambda group: group.index))

    @cached_property
    def staying(self) -> tuple[DefinitionGroup, ...]:
        return tuple(group for group in self.groups.all if group not in self.moving)

    @cached_property
    def pytest_rules(self) -> PytestRules:
        """What pytest collects in this project."""
        return pytest_rules(self.project.tree)

    @property
    def same_folder(self) -> bool:
        return self.move.source.rpartition("/")[0] == self.move.destination.rpartition("/")[0]
