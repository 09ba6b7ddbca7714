"""Tests that get one value of a fixture: which change it, and in which order they run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.planning.facts import Facts
from codemods.planning.references.changed_values import changes, changing_methods
from codemods.planning.selection.test_items import asked_for
from codemods.project import walk
from codemods.project.pytest_fixtures import Fixture, fixtures_in

_SHARED = ("module", "package", "session")


@dataclass(frozen=True)
class Asking:
    """A test that asks for a fixture. Its ``place`` in the order of the tests: file, whether it came, line."""

    path: str
    node: ast.stmt
    changes: bool
    moves: bool

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "")

    def place(self, destination: str) -> tuple[list[str], bool, int]:
        return (destination or self.path).split("/"), bool(destination), self.node.lineno


@dataclass(frozen=True)
class SharedFixtures:
    """The fixtures of the tree whose value more than one test gets."""

    facts: Facts

    @cached_property
    def all(self) -> dict[str, tuple[str, Fixture]]:
        """By their names: the file and the fixture; where several have one name, that of the source, or nearest."""
        found: dict[str, tuple[str, Fixture]] = {}
        source = self.facts.move.source
        modules = list(self.facts.project.modules_mentioning("fixture"))
        for module in sorted(modules, key=lambda m: (m.path == source, _is_above(m.path, source), m.path.count("/"))):
            if module.path.endswith("conftest.py") and not _is_above(module.path, source):
                continue
            found |= {f.name: (module.path, f) for f in fixtures_in(module.source.tree.body)}
        return found

    def told_apart(self) -> Iterator[tuple[Fixture, Asking, Asking]]:
        """(a fixture, a test that changes its value, one that found that before and no longer does, or the reverse)"""
        for path, fixture in self.all.values():
            if fixture.scope not in _SHARED or not self.facts.project.tree.code_with([fixture.name]):
                continue
            asking = list(self._asking(path, fixture))
            for one in asking:
                for other in asking if one.changes else ():
                    if one.moves is not other.moves and self._differs(fixture.scope, one, other):
                        yield fixture, one, other

    def _differs(self, scope: str, one: Asking, other: Asking) -> bool:
        """Does the second find what the first does, before the move or after it, and not in the other case?"""
        new = self.facts.move.destination
        was = _lives(scope, one.path) == _lives(scope, other.path) and one.place("") < other.place("")
        homes = [new if test.moves else "" for test in (one, other)]
        kept = _lives(scope, homes[0] or one.path) == _lives(scope, homes[1] or other.path)
        return was is not (kept and one.place(homes[0]) < other.place(homes[1]))

    def _asking(self, path: str, fixture: Fixture) -> Iterator[Asking]:
        facts = self.facts
        ways = {fixture.name: fixture} | self._giving(fixture.name)
        methods = changing_methods(facts.project, path, fixture.node)
        moving = {id(s.node) for group in facts.moving for s in group.statements}
        for module in facts.project.modules_mentioning(*ways):
            if not facts.pytest_rules.reads(module.path) or not _sees(path, module.path):
                continue
            tests = facts.pytest_rules.tests(module.source.tree.body)
            for node in module.source.tree.body:
                asked = asked_for(node) & ways.keys() if getattr(node, "name", "") in tests else set[str]()
                if asked and not any(self._empties(name, ways[name], fixture.name) for name in asked):
                    changed = any(changes(facts.project, module.path, node, name, methods) for name in asked)
                    before = any(self._changes(ways[name], fixture, methods) for name in asked)
                    yield Asking(module.path, node, changed or before, id(node) in moving)

    def _changes(self, way: Fixture, fixture: Fixture, methods: frozenset[str]) -> bool:
        """Does a fixture that gets it change it for each test?"""
        path = self.all[way.name][0]
        return way is not fixture and changes(self.facts.project, path, way.node, fixture.name, methods)

    def _giving(self, name: str) -> dict[str, Fixture]:
        """Fixtures of single tests that ask for it, directly or by others."""
        found: dict[str, Fixture] = {}
        while more := {
            fixture.name: fixture
            for _, fixture in self.all.values()
            if fixture.scope == "function" and fixture.name not in found and asked_for(fixture.node) & {name, *found}
        }:
            found |= more
        return found

    def _empties(self, name: str, way: Fixture, wanted: str) -> bool:
        """Does a fixture of each test put it back to what it was?"""
        words = {n.attr for n in walk(way.node) if isinstance(n, ast.Attribute)}
        return name != wanted and bool(words & {"clear", "rollback", "reset", "truncate", "drop_all", "flushall"})


def _lives(scope: str, path: str) -> str:
    """What has one value of a fixture: a module, a folder, all."""
    return path if scope == "module" else path.rpartition("/")[0] if scope == "package" else ""


def _is_above(path: str, test: str) -> bool:
    return path.endswith("conftest.py") and test.startswith(path.removesuffix("conftest.py"))


def _sees(path: str, test: str) -> bool:
    """May a test module get the fixture of a file by its name?"""
    return path == test or not path.endswith("conftest.py") or _is_above(path, test)
