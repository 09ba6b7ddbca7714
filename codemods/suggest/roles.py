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
        return tuple(node for node in self.graph.nodes if self._is_theme(node, max(_LINES, _SHARE * total)))

    @cached_property
    def helpers(self) -> tuple[DefinitionGroup, ...]:
        themes = set(self.themes)
        return tuple(node for node in self.graph.nodes if node not in themes)

    @cached_property
    def bases(self) -> frozenset[DefinitionGroup]:
        most = (len(self.themes) - 1) * 2 / 3
        return frozenset(node for node in self.themes if len(self._needing(node)) > max(most, 1))

    @cached_property
    def drivers(self) -> frozenset[DefinitionGroup]:
        half = (len(self.themes) - 1) / 2
        return frozenset(
            node for node in self.themes if node not in self.bases and len(self._needed_by(node)) > max(half, 1)
        )

    def _is_theme(self, node: DefinitionGroup, lines: float) -> bool:
        if not (node.is_class or node.is_function):
            return False
        users = [e for e in self.graph.users_of(node) if e.user.is_class or e.user.is_function]
        if not users or self.graph.lines(node) >= lines:
            return True
        # One of a family: a base class, or made of one.
        used = (edge.used for edge in self.graph.used_by(node))
        return any(inherits(edge.user, node) for edge in users) or any(inherits(node, base) for base in used)

    def _needing(self, node: DefinitionGroup) -> set[DefinitionGroup]:
        """The themes that need a definition: all that do so while they are imported, through others too; and where
        there are many themes, those that use it themselves when called."""
        themes = set(self.themes)
        found: set[DefinitionGroup] = set()
        todo = [node]
        while todo:
            for edge in self.graph.users_of(todo.pop()):
                if edge.at_import and edge.user not in found and edge.user is not node:
                    found.add(edge.user)
                    todo.append(edge.user)
        if len(themes) >= _FEW:
            found |= {edge.user for edge in self.graph.users_of(node) if edge.at_run_time}
        return found & themes

    def _needed_by(self, node: DefinitionGroup) -> set[DefinitionGroup]:
        themes = set(self.themes) - self.bases
        return {edge.used for edge in self.graph.used_by(node) if edge.at_run_time and edge.used in themes}


def inherits(node: DefinitionGroup, base: DefinitionGroup) -> bool:
    """Is one of the classes of ``node`` made of one of the other's?"""
    return any(
        isinstance(part, ast.Name) and part.id in base.binds
        for statement in node.statements
        if isinstance(statement.node, ast.ClassDef)
        for expression in statement.node.bases
        for part in ast.walk(expression)
    )
