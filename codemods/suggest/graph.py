"""The symbol graph of a module: definition groups as nodes, who refers to whom as edges, with moment and places."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from codemods.bindings import Moment
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.loggers import loggers


@dataclass(frozen=True)
class Edge:
    """One definition group refers to another: at which moments, and on which lines at each."""

    user: DefinitionGroup
    used: DefinitionGroup
    lines: dict[Moment, tuple[int, ...]] = field(compare=False)

    @property
    def at_import(self) -> bool:
        return Moment.IMPORT in self.lines

    @property
    def at_run_time(self) -> bool:
        """While imported or when called: not only for type checkers."""
        return self.at_import or Moment.CALL in self.lines


class SymbolGraph:
    """The definition groups of a module that can move, and the edges between them."""

    def __init__(self, groups: DefinitionGroups) -> None:
        self.groups = groups

    @cached_property
    def nodes(self) -> tuple[DefinitionGroup, ...]:
        """Definitions in the order of the text; loggers aside, which every module gets again by their name."""
        again = set(loggers(self.groups).values())
        return tuple(
            node
            for node in self.groups.all
            if node.names
            and node.names != ("__all__",)
            and node not in again
            and not node.typing_only
            and any(node is self.groups.by_name.get(name) for name in node.names)
        )

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for node in self.nodes for edge in self._edges_of(node))

    def used_by(self, node: DefinitionGroup) -> tuple[Edge, ...]:
        """What a definition refers to."""
        return self._from.get(node, ())

    def users_of(self, node: DefinitionGroup) -> tuple[Edge, ...]:
        return self._to.get(node, ())

    def lines(self, node: DefinitionGroup) -> int:
        return sum((s.node.end_lineno or s.node.lineno) - _first_line(s.node) + 1 for s in node.statements)

    def lines_of(self, group: Iterable[DefinitionGroup]) -> int:
        return sum(map(self.lines, group))

    def longest_run(self, group: Iterable[DefinitionGroup]) -> tuple[DefinitionGroup, ...]:
        """The part of a group with the most lines in whose midst nothing else of the module stands."""
        inside = set(group)
        runs = [tuple(run) for own, run in groupby(self.nodes, inside.__contains__) if own]
        return max(runs, key=self.lines_of)

    @cached_property
    def _from(self) -> dict[DefinitionGroup, tuple[Edge, ...]]:
        return {node: tuple(e for e in self.edges if e.user is node) for node in self.nodes}

    @cached_property
    def _to(self) -> dict[DefinitionGroup, tuple[Edge, ...]]:
        return {node: tuple(e for e in self.edges if e.used is node) for node in self.nodes}

    def _edges_of(self, node: DefinitionGroup) -> Iterator[Edge]:
        found: dict[DefinitionGroup, dict[Moment, set[int]]] = {}
        nodes = set(self.nodes)
        for reference in node.references:
            used = self.groups.by_name.get(reference.name)
            if used is not None and used is not node and used in nodes:
                line = getattr(reference.node, "lineno", node.statements[0].node.lineno)
                found.setdefault(used, {}).setdefault(reference.moment, set()).add(line)
        for used in sorted(found, key=lambda u: u.index):
            yield Edge(node, used, {moment: tuple(sorted(lines)) for moment, lines in found[used].items()})


def _first_line(node: ast.stmt) -> int:
    """The line on which a definition begins, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
