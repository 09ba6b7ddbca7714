"""What part a definition plays in its module: a theme of its own, a helper, the base of most others, their driver."""

from __future__ import annotations

import ast
from functools import cached_property

from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.suggest.graph import SymbolGraph

# A definition is a theme of its own from so many lines on, or from this share of the module's.
_LINES, _SHARE = 30, 0.03
# Where there are fewer themes, half of them is too few to say that something serves all.
_FEW = 6


class Roles:
    """Themes are what groups are made of; helpers go where their users are.

    A *base* is what most of the themes (two thirds) need while they are imported, a *driver* what itself uses more
    than half of them. Neither says anything about which of the others belong together.
    """

    def __init__(self, graph: SymbolGraph) -> None:
        self.graph = graph

    @cached_property
    def themes(self) -> tuple[DefinitionGroup, ...]:
        total = sum(map(self.graph.lines, self.graph.nodes))
        return tuple(unit for unit in self.graph.nodes if self._is_theme(unit, max(_LINES, _SHARE * total)))

    @cached_property
    def helpers(self) -> tuple[DefinitionGroup, ...]:
        themes = set(self.themes)
        return tuple(unit for unit in self.graph.nodes if unit not in themes)

    @cached_property
    def bases(self) -> frozenset[DefinitionGroup]:
        most = (len(self.themes) - 1) * 2 / 3
        return frozenset(unit for unit in self.themes if len(self._needing(unit)) > max(most, 1))

    @cached_property
    def drivers(self) -> frozenset[DefinitionGroup]:
        half = (len(self.themes) - 1) / 2
        return frozenset(
            unit for unit in self.themes if unit not in self.bases and len(self._needed_by(unit)) > max(half, 1)
        )

    def _is_theme(self, unit: DefinitionGroup, lines: float) -> bool:
        if not (unit.is_class or unit.is_function):
            return False
        users = [e for e in self.graph.users_of(unit) if e.user.is_class or e.user.is_function]
        if not users or self.graph.lines(unit) >= lines:
            return True
        # One of a family: a base class, or made of one.
        used = (edge.used for edge in self.graph.used_by(unit))
        return any(inherits(edge.user, unit) for edge in users) or any(inherits(unit, base) for base in used)

    def _needing(self, unit: DefinitionGroup) -> set[DefinitionGroup]:
        """The themes that need a definition: all that do so while they are imported, through others too; and where
        there are many themes, those that use it themselves when called."""
        themes = set(self.themes)
        found: set[DefinitionGroup] = set()
        todo = [unit]
        while todo:
            for edge in self.graph.users_of(todo.pop()):
                if edge.at_import and edge.user not in found and edge.user is not unit:
                    found.add(edge.user)
                    todo.append(edge.user)
        if len(themes) >= _FEW:
            found |= {edge.user for edge in self.graph.users_of(unit) if edge.at_run_time}
        return found & themes

    def _needed_by(self, unit: DefinitionGroup) -> set[DefinitionGroup]:
        themes = set(self.themes) - self.bases
        return {edge.used for edge in self.graph.used_by(unit) if edge.at_run_time and edge.used in themes}


def inherits(unit: DefinitionGroup, base: DefinitionGroup) -> bool:
    """Is one of the unit's classes made of the other's?"""
    return any(
        isinstance(node, ast.Name) and node.id in base.binds
        for statement in unit.statements
        if isinstance(statement.node, ast.ClassDef)
        for expression in statement.node.bases
        for node in ast.walk(expression)
    )
