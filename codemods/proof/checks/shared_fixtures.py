"""Tests that share the value of a fixture: each finds what the same tests before it left there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.project.pytest_fixtures import CHANGING, Fixture, fixtures_in
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = "shared-fixture"  # the hazard of that name, by --accept
_LONGER = {"module": lambda path: path, "package": lambda path: path.rpartition("/")[0], "session": lambda _: ""}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BACK = frozenset({"clear", "rollback", "reset", "truncate", "drop_all", "flushall"})


def left_to_others(comparison: Comparison) -> Iterator[Finding]:
    """Each test that no longer finds what another one left in the value of a fixture, or that finds more."""
    rules = comparison.pytest_rules
    moved = [p for p in comparison.pairing.pairs if p.moved and rules.reads(p.old.path) and rules.reads(p.new.path)]
    asked = {name for pair in moved if rules.collects(pair.old.node) for name in arguments(pair.old.node)}
    if not asked or any(ACCEPTED in move.accept for move in comparison.moves):
        return
    fixtures = _Fixtures(comparison.before)
    for fixture in fixtures.behind(asked):
        was, now = (_found_there(comparison, fixtures, s, fixture) for s in (comparison.before, comparison.after))
        mapped = {_now(comparison, test): {_now(comparison, t) for t in left} for test, left in was.items()}
        for test, left in sorted(mapped.items()):
            others = sorted(left ^ now.get(test, left))
            if others:
                how = "no longer finds" if others[0] in left else "finds"
                message = f"{test[1]} {how} what {others[0][1]} leaves in the fixture {fixture.name}"
                yield Finding(Place(test[0]), message, "test-state", Kind.BROKEN, Place(others[0][0]))


class _Fixtures:
    """The fixtures of one tree, and who gets the value of which."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.homes: dict[str, list[tuple[str, Fixture]]] = {}
        for path in sorted(snapshot.tree.code_with(["fixture"])):
            symbols = snapshot.symbols(path) if path.endswith(".py") else None
            for one in fixtures_in(symbols.body) if symbols is not None else ():
                self.homes.setdefault(one.name, []).append((path, one))

    def behind(self, asked: set[str]) -> list[Fixture]:
        """The fixtures that live longer than a test, and whose value tests get that ask for these."""
        todo, seen = list(asked), set(asked)
        while todo:
            for _, one in self.homes.get(todo.pop(), ()):
                more = arguments(one.node) - seen
                seen |= more
                todo += more
        return [one for name in sorted(seen) for _, one in self.homes.get(name, ()) if one.scope in _LONGER]

    def ways(self, fixture: Fixture) -> dict[str, list[tuple[str, Fixture]]]:
        """By what names a test gets the value: its own, and those of fixtures for one test that ask for it."""
        found = {fixture.name: [(p, f) for p, f in self.homes[fixture.name] if f is fixture]}
        size = 0
        while size != len(found):
            size = len(found)
            for name, ones in self.homes.items():
                if name not in found and any(
                    f.scope == "function" and arguments(f.node) & found.keys() for _, f in ones
                ):
                    found[name] = ones
        return found


def _now(comparison: Comparison, test: Origin) -> Origin:
    return comparison.renamed.get(test, (comparison.home(test[0]), test[1]))


def _found_there(
    comparison: Comparison, fixtures: _Fixtures, snapshot: Snapshot, fixture: Fixture
) -> dict[Origin, set[Origin]]:
    """For each test that gets the value: those that ran before it and changed it."""
    rules, ways = comparison.pytest_rules, fixtures.ways(fixture)
    left: dict[str, set[Origin]] = {}
    found: dict[Origin, set[Origin]] = {}
    home = next(path for path, one in fixtures.homes[fixture.name] if one is fixture)
    folder = home.removesuffix("conftest.py") if home.endswith("conftest.py") else ""
    paths = [p for p in snapshot.tree.code_with(sorted(ways)) if rules.reads(p) and p.startswith(folder)]
    reading = _Reading(snapshot, home, fixture)
    for path in sorted(paths, key=lambda p: p.split("/")):
        symbols = snapshot.symbols(path)
        tests = rules.tests(symbols.body) if symbols is not None else frozenset[str]()
        for node in symbols.body if symbols is not None else ():
            names = arguments(node) & ways.keys() if getattr(node, "name", "") in tests else set[str]()
            inner = [(where, one) for name in names - {fixture.name} for where, one in ways[name]]
            if not names or any(_puts_back(one.node) for _, one in inner):
                continue
            test, value = (path, str(getattr(node, "name", ""))), _LONGER[fixture.scope](path)
            found[test] = set(left.setdefault(value, set()))
            by_others = any(reading.alters(where, one.node, fixture.name) for where, one in inner)
            if by_others or any(reading.alters(path, node, name) for name in names):
                left[value].add(test)
    return found


def arguments(node: ast.AST) -> set[str]:
    """What a test or a fixture gets, or asks for by a text."""
    found = set[str]()
    for inner in walk(node):
        if isinstance(inner, _FUNCTIONS):
            found |= {one.arg for one in (*inner.args.args, *inner.args.kwonlyargs)}
        elif isinstance(inner, ast.Call) and last_name(inner.func) in ("usefixtures", "getfixturevalue"):
            found |= {one.value for one in inner.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def _puts_back(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Attribute) and inner.attr in _BACK for inner in walk(node))


class _Reading:
    """Which code changes the value of a fixture."""

    def __init__(self, snapshot: Snapshot, home: str, fixture: Fixture) -> None:
        self.snapshot = snapshot
        self.own: set[str] = set()
        for call in (n for n in walk(fixture.node) if isinstance(n, ast.Call)):
            for where, made in definitions_meant(snapshot, home, call.func):
                if isinstance(made, ast.ClassDef):
                    self._learn(where, made)

    def _learn(self, path: str, made: ast.stmt) -> None:
        """The methods of its class that change what they are called on, be it by one another."""
        size = -1
        while size != len(self.own):
            size = len(self.own)
            for method in getattr(made, "body", ()):
                first = method.args.args[:1] if isinstance(method, _FUNCTIONS) and method.name != "__init__" else ()
                if any(self.alters(path, method, one.arg) for one in first):
                    self.own.add(method.name)

    def alters(self, path: str, node: ast.AST, name: str, seen: frozenset[Origin] = frozenset()) -> bool:
        """Does a statement change what it has by this name?"""
        names = [name, *self._others(node, name)]
        return any(self._alters(path, inner, one, seen) for inner in walk(node) for one in names)

    def _others(self, node: ast.AST, name: str) -> Iterator[str]:
        """``mine = rows``, ``for row in rows``"""
        for inner in walk(node):
            target = inner.targets[0] if isinstance(inner, ast.Assign) else getattr(inner, "target", None)
            value = getattr(inner, "iter", getattr(inner, "value", None))
            if isinstance(target, ast.Name) and isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
                if self._begins(value, name) and target.id != name:
                    yield target.id

    def _alters(self, path: str, node: ast.AST, name: str, seen: frozenset[Origin]) -> bool:
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            return self._begins(node, name)
        if isinstance(node, ast.AugAssign):
            return self._begins(node.target, name)
        if not isinstance(node, ast.Call):
            return False
        called = last_name(node.func)
        if isinstance(node.func, ast.Attribute) and self._begins(node.func.value, name):
            text = ast.unparse(node.args[0]) if node.args else ""
            sql = text.strip("'\" \n").partition(" ")[0].lower() in ("insert", "update", "delete", "create", "drop")
            return called in CHANGING or called in self.own or sql
        places = [index for index, one in enumerate(node.args) if self._begins(one, name)]
        return bool(places) and (called in ("next", "setattr", "delattr") or self._hands_on(path, node, places, seen))

    def _hands_on(self, path: str, call: ast.Call, places: list[int], seen: frozenset[Origin]) -> bool:
        for where, made in definitions_meant(self.snapshot, path, call.func):
            if not isinstance(made, ast.FunctionDef):
                continue
            key, taken = (where, made.name), [a.arg for i, a in enumerate(made.args.args) if i in places]
            if key not in seen and any(self.alters(where, made, one, seen | {key}) for one in taken):
                return True
        return False

    def _begins(self, node: ast.AST, name: str) -> bool:
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            node = node.func if isinstance(node, ast.Call) else node.value
        return isinstance(node, ast.Name) and node.id == name
