"""A fixture that moves to a conftest.py is given to tests that had another by its name."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Module, Statement
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.selection.test_items import asked_for, fixtures
from codemods.project.pytest_fixtures import conftests_above

CODE = "fixture-for-others"
TITLE = "tests that stay would get a moved fixture in the place of another one by its name"
MEANING = """A fixture in a conftest.py is given to every test below its folder that asks for the name and has none
nearer. A test that got one from a conftest.py further up, from pytest or from a plugin would get the moved one from
then on."""
EXAMPLE = """
-- tests/test_shop.py --
import pytest
@pytest.fixture
def tmp_path():
    return "shop"
def test_shop(tmp_path):
    assert tmp_path == "shop"
-- tests/test_cart.py --
def test_cart(tmp_path):
    assert tmp_path.exists()
-- move --
tests/test_shop.py tests/conftest.py tmp_path
"""


def find(facts: Facts) -> Iterator[Hazard]:
    source, destination = facts.move.source, facts.move.destination
    known = source.endswith("conftest.py") or facts.pytest_rules.reads(source)
    moved = {name for name, function in fixtures(facts.source).items() if function in facts.moved_names}
    if not (known and moved and destination.rpartition("/")[2] == "conftest.py"):
        return
    for name in sorted(moved):
        for module in facts.project.modules_mentioning(name):
            above = conftests_above(module.path)
            asked = [module.path, *above]
            if destination not in above or source in asked:
                continue
            nearer = [path for path in asked if len(path) > len(destination)]
            if not any(_has(facts, path, name) for path in nearer):
                yield from (_hazard(module, s, name) for s in _asking(facts, module, name))


def _has(facts: Facts, path: str, name: str) -> bool:
    """Does a module offer a fixture by the name, its own or one that it imports?"""
    module = facts.project.module(path) if path in facts.project.tree.paths else None
    return module is not None and (name in fixtures(module) or name in module.binds)


def _asking(facts: Facts, module: Module, name: str) -> Iterator[Statement]:
    """The tests and fixtures that ask for it."""
    tests = facts.pytest_rules.tests(module.source.tree.body) if facts.pytest_rules.reads(module.path) else set[str]()
    wanted = {*tests, *fixtures(module).values()}
    yield from (s for s in module.statements if s.binds & wanted and name in asked_for(s.node))


def _hazard(module: Module, statement: Statement, name: str) -> Hazard:
    label = ", ".join(sorted(statement.binds))
    reason = f"{label} asks for a fixture `{name}` that it gets from elsewhere, and would get the moved one"
    return Hazard(CODE, module.source.place(statement.node), reason, ("give one of the two another name first",))
