"""Which definitions of a module belong together: few names cross between groups, and no import cycle arises.

Themes are joined, the likeliest pair first, as long as they are likely to belong together; helpers then go to their
users. What stays is the drivers (on top: they import the new modules) or else the bases (below: the new modules
import them). Equal inputs give equal groups: every choice is decided by a number, then by the order of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import log

from codemods.graphs import reaches, strongly_connected
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.suggest.graph import Edge, SymbolGraph
from codemods.suggest.naming import words
from codemods.suggest.roles import Roles

Group = frozenset[DefinitionGroup]
# Two groups are joined from this likeness on.
_ALIKE = 0.34
# A use when called says less than one while being imported (a base class, a decorator); so do the same words in two
# names, and that they stand near one another.
_CALLED, _WORD, _NEAR = 0.5, 0.3, 0.3
# A group becomes a module from so many lines on, or from this share of the module's.
_LINES, _SHARE = 40, 0.05


class Grouping:
    """The groups of one module: ``new`` become modules, ``stays`` is left. ``into``: so many modules at most, with
    the old one."""

    def __init__(self, graph: SymbolGraph, into: int | None = None) -> None:
        self.graph = graph
        self.roles = Roles(graph)
        self._place: dict[DefinitionGroup, int] = {}
        groups = self._themes_joined()
        top = self.roles.drivers or self.roles.bases
        self.on_top = bool(self.roles.drivers)
        self._rest = next((n for n, group in enumerate(groups) if group & top), len(groups))
        for number, group in enumerate(groups):
            for node in group:
                self._place[node] = number
        self._small_ones_stay()
        self._place_helpers()
        self._break_cycles()
        if not self.stays and self._place:
            # Something has to: what is the largest.
            self._rest = max(sorted(set(self._place.values())), key=lambda n: self.graph.lines_of(self._members(n)))
        self._at_most(into)

    @property
    def stays(self) -> tuple[DefinitionGroup, ...]:
        return tuple(node for node in self.graph.nodes if self._place[node] == self._rest)

    @property
    def new(self) -> list[tuple[DefinitionGroup, ...]]:
        """The groups that become modules, in the order in which they can be moved: what others need first."""
        numbers = [n for component in strongly_connected(self._graph(import_only=False)) for n in component]
        return [self._members(n) for n in numbers if n != self._rest and self._members(n)]

    def _members(self, number: int) -> tuple[DefinitionGroup, ...]:
        return tuple(node for node in self.graph.nodes if self._place[node] == number)

    # -- themes

    def _themes_joined(self) -> list[Group]:
        serving = self.roles.bases | self.roles.drivers
        free = [node for node in self.roles.themes if node not in serving]
        needs = {node: self._themes_needed(node, frozenset(free)) for node in free}
        # What needs one another when called would be two modules that import one another.
        groups: list[Group] = [frozenset(component) for component in strongly_connected(needs)]
        groups.sort(key=lambda group: min(map(_position, group)))
        common = _common_words(free)
        alike = {
            frozenset(pair): self._likeness(*pair, common) for pair in combinations(sorted(free, key=_position), 2)
        }
        while True:
            best = max(self._candidates(groups, alike, needs), default=None)
            if best is None or best[0] < _ALIKE:
                break
            one, other = groups[-best[1]], groups[-best[2]]
            groups = [group for group in groups if group not in (one, other)]
            groups.append(one | other)
            groups.sort(key=lambda group: min(map(_position, group)))
        for serves in (self.roles.drivers, self.roles.bases):
            if serves:
                groups.append(frozenset(serves))
        return groups

    def _themes_needed(self, node: DefinitionGroup, themes: Group) -> list[DefinitionGroup]:
        """The themes that a theme uses at run time, itself or through helpers."""
        found: dict[DefinitionGroup, None] = {}
        todo, seen = [node], {node}
        while todo:
            for edge in self.graph.used_by(todo.pop()):
                if edge.at_run_time and edge.used not in seen:
                    seen.add(edge.used)
                    if edge.used in themes:
                        found[edge.used] = None
                    elif edge.used in self.roles.helpers:
                        todo.append(edge.used)
        return list(found)

    def _candidates(
        self,
        groups: list[Group],
        alike: dict[frozenset[DefinitionGroup], float],
        needs: dict[DefinitionGroup, list[DefinitionGroup]],
    ) -> Iterator[tuple[float, int, int]]:
        """(likeness, and the two groups by their negative positions, so that the first pair is the greatest)."""
        most = self.graph.lines_of(self.graph.nodes) / 2
        sizes = [self.graph.lines_of(group) for group in groups]
        for one, other in combinations(range(len(groups)), 2):
            if sizes[one] + sizes[other] > most:
                continue  # It would be the same large module again.
            pairs = [alike[frozenset((a, b))] for a in groups[one] for b in groups[other]]
            if _around(groups, one, other, needs):
                continue
            likeness = sum(pairs) / (len(groups[one]) * len(groups[other])) ** 0.5
            if likeness > 0:
                yield round(likeness, 9), -one, -other

    def _likeness(self, one: DefinitionGroup, other: DefinitionGroup, common: Counter[str]) -> float:
        """How likely two themes are to belong together, from 0: uses of one another, the same needs, their names."""
        edges = [e for e in (*self.graph.used_by(one), *self.graph.used_by(other)) if {e.user, e.used} == {one, other}]
        found = sum(self._closeness(edge) for edge in edges if edge.at_run_time)
        found += sum(0.1 for edge in edges if not edge.at_run_time)
        mine, theirs = (self._needs(node) for node in (one, other))
        if mine & theirs:
            found += _CALLED * sum(map(self._telling, mine & theirs)) / sum(map(self._telling, mine | theirs))
        same, themes = self._same_words(one, other, common), self.roles.themes
        # Functions have no base class that says what they are; those of one family stand near one another.
        functions = not (one.is_class or other.is_class)
        if same and functions and abs(themes.index(one) - themes.index(other)) <= 2:
            found += _NEAR
        return found + _WORD * same

    def _same_words(self, one: DefinitionGroup, other: DefinitionGroup, common: Counter[str]) -> float:
        """How much of two names is the same, from 0 to 1; a word that many names have counts little."""
        mine, theirs = words(one.label), words(other.label)
        weights = {word: log(len(self.roles.themes) / common[word]) for word in mine | theirs}
        whole = sum(weights.values())
        return sum(weights[word] for word in mine & theirs) / whole if whole else 0.0

    def _needs(self, node: DefinitionGroup) -> set[DefinitionGroup]:
        return {edge.used for edge in self.graph.used_by(node) if edge.at_run_time} - self.roles.bases

    def _closeness(self, edge: Edge) -> float:
        return 1.0 if edge.at_import else _CALLED * self._telling(edge.used)

    def _telling(self, used: DefinitionGroup) -> float:
        """How much it says that somebody uses this: the more do, the less."""
        users = sum(edge.at_run_time for edge in self.graph.users_of(used))
        return 1 - log(max(users, 1)) / log(max(len(self.graph.nodes), 2))

    @property
    def least(self) -> float:
        """From so many lines on a group becomes a module."""
        return max(_LINES, _SHARE * self.graph.lines_of(self.graph.nodes))

    def _small_ones_stay(self) -> None:
        by_group: dict[int, list[DefinitionGroup]] = {}
        for node, number in self._place.items():
            by_group.setdefault(number, []).append(node)
        for number, group in by_group.items():
            if number != self._rest and self.graph.lines_of(self._with_own_helpers(group)) < self.least:
                for node in group:
                    self._place[node] = self._rest

    def _with_own_helpers(self, group: Iterable[DefinitionGroup]) -> set[DefinitionGroup]:
        """A group, and the helpers that nobody else uses."""
        found = set(group)
        while True:
            more = {
                helper
                for helper in self.roles.helpers
                if helper not in found
                and self.graph.users_of(helper)
                and all(edge.user in found for edge in self.graph.users_of(helper))
            }
            if not more:
                return found
            found |= more

    # -- helpers

    def _place_helpers(self) -> None:
        """Each helper where its users are, users first; where they are in several groups, with the one that the others
        need anyway."""
        waiting = sorted(self.roles.helpers, key=_position)
        while waiting:
            ready = [h for h in waiting if all(e.user in self._place for e in self.graph.users_of(h))] or waiting[:1]
            for helper in ready:
                self._place[helper] = self._home(helper)
            waiting = [helper for helper in waiting if helper not in self._place]

    def _home(self, helper: DefinitionGroup) -> int:
        edges = [edge for edge in self.graph.users_of(helper) if edge.user in self._place]
        uses = Counter(self._place[edge.user] for edge in edges)
        if not uses:
            # Nobody uses it here: it belongs to what it is about.
            uses = Counter(self._place[e.used] for e in self.graph.used_by(helper) if e.used in self._place)
            return max(uses, key=lambda n: (uses[n], -n)) if uses else self._rest
        if len(uses) == 1:
            return next(iter(uses))
        at_import, ever = self._reachable(import_only=True), self._reachable(import_only=False)
        early = {self._place[edge.user] for edge in edges if edge.at_import}
        # What needs a module while being imported can't hold what that module needs while being imported.
        possible = [n for n in uses if not at_import.get(n, set()) & (early - {n})] or [self._rest]
        for edge in self.graph.used_by(helper):
            if self._place.get(edge.used) in uses:
                uses[self._place[edge.used]] += 1
        lowest = [n for n in possible if all(n == other or n in ever.get(other, ()) for other in uses)]
        if not lowest:
            # With what it uses itself, or else below all of them.
            lowest = [self._place[e.used] for e in self.graph.used_by(helper) if self._place.get(e.used) in possible]
        if not lowest and not self.on_top:
            return self._rest
        own = lowest or [n for n in possible if n != self._rest] or possible
        return max(own, key=lambda n: (uses[n], -n))

    def _reachable(self, import_only: bool) -> dict[int, set[int]]:
        graph = self._graph(import_only)
        found: dict[int, set[int]] = {}
        for start in graph:
            todo, seen = [start], set()
            while todo:
                for target in graph.get(todo.pop(), ()):
                    if target not in seen:
                        seen.add(target)
                        todo.append(target)
            found[start] = seen
        return found

    # -- what the groups need of one another

    def _graph(self, import_only: bool) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {number: [] for number in sorted({*self._place.values(), self._rest})}
        for edge in self.graph.edges:
            one, other = self._place.get(edge.user), self._place.get(edge.used)
            wanted = edge.at_import if import_only else edge.at_run_time
            if wanted and one is not None and other is not None and one != other and other not in found[one]:
                found[one].append(other)
        return found

    def _break_cycles(self) -> None:
        """Groups that need one another while they are imported are one; so are two new ones that do when called."""
        while True:
            for import_only in (True, False):
                graph = self._graph(import_only)
                if not import_only:
                    graph = {n: [m for m in t if m != self._rest] for n, t in graph.items() if n != self._rest}
                cycle = next((c for c in strongly_connected(graph) if len(c) > 1), None)
                if cycle is not None:
                    self._join(self._rest if self._rest in cycle else min(cycle), cycle)
                    break
            else:
                return

    def _at_most(self, into: int | None) -> None:
        """Join the new groups with the fewest lines to the one they need most, until there are few enough."""
        while into is not None and 1 + len(self.new) > max(into, 1):
            smallest = min(self.new, key=lambda group: (self.graph.lines_of(group), group[0].index))
            number = self._place[smallest[0]]
            needs: Counter[int] = Counter()
            for edge in self.graph.edges:
                ends = {self._place[edge.user], self._place[edge.used]}
                if number in ends and len(ends) == 2 and edge.at_run_time:
                    needs[next(iter(ends - {number}))] += 1
            best = max(needs, key=lambda n: (needs[n], n == self._rest, -n)) if needs else self._rest
            self._join(best, (number,))
            self._break_cycles()

    def _join(self, home: int, numbers: Iterable[int]) -> None:
        gone = set(numbers)
        for node, number in self._place.items():
            if number in gone:
                self._place[node] = home


def _around(groups: list[Group], one: int, other: int, needs: dict[DefinitionGroup, list[DefinitionGroup]]) -> bool:
    """Would a third group need the two joined, and they it? Then there is a way from one to the other around both."""
    home = {node: number for number, group in enumerate(groups) for node in group}
    graph = [{home[used] for node in group for used in needs[node]} - {n} for n, group in enumerate(groups)]
    return any(
        reaches([n for n in graph[start] if n != goal], goal, graph.__getitem__, {start})
        for start, goal in ((one, other), (other, one))
    )


def _position(node: DefinitionGroup) -> int:
    return node.index


def _common_words(nodes: Iterable[DefinitionGroup]) -> Counter[str]:
    """In how many names each word stands."""
    return Counter(word for node in nodes for word in words(node.label))
