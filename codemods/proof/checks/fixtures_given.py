"""Tests that stay get the fixtures that they got, though others moved to where pytest looks for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.pytest_fixtures import fixtures_in
from codemods.proof.checks.shared_fixtures import arguments
from codemods.proof.checks.tests_given import nearest_fixture
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable


def given_to_others(comparison: Comparison) -> Iterator[Finding]:
    """Each test or fixture that asks for a name by which a fixture moved, and gets another one than before."""
    rules = comparison.pytest_rules
    for pair in comparison.pairing.pairs:
        known = pair.old.path.endswith("conftest.py") or rules.reads(pair.old.path)
        for fixture in fixtures_in([pair.old.node]) if pair.moved and known else ():
            for path in sorted(comparison.new.code_with([fixture.name]) & comparison.old.paths):
                symbols = comparison.after.symbols(path) if path.endswith(".py") else None
                was = nearest_fixture(comparison.before, path, fixture.name)
                now = nearest_fixture(comparison.after, path, fixture.name)
                same = comparison.mapped(frozenset({was})) == {now} if was is not None else now is None
                for node in (
                    _asking(comparison, path, symbols, fixture.name) if symbols is not None and not same else ()
                ):
                    message = f"{getattr(node, 'name', '')} gets another fixture by the name of {fixture.name}"
                    place = Place(path, node.lineno)
                    yield Finding(place, message, "test-state", Kind.BROKEN, pair.old.place)


def _asking(comparison: Comparison, path: str, symbols: SymbolTable, name: str) -> Iterator[ast.stmt]:
    """The tests and fixtures of a module that ask for it, and stood there before."""
    rules, before = comparison.pytest_rules, comparison.before.symbols(path)
    wanted = {f.node.name for f in fixtures_in(symbols.body) if f.name != name}
    wanted |= rules.tests(symbols.body) if rules.reads(path) else set[str]()
    stood = {getattr(node, "name", "") for node in before.body} if before is not None else set[str]()
    for node in symbols.body:
        if getattr(node, "name", "") in wanted & stood and name in arguments(node):
            yield node
