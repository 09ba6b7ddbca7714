"""Tests share the value of a fixture, which one of them changes, and one of them moves."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.references.shared_fixtures import SharedFixtures
from codemods.planning.selection.test_items import collected, found_in_the_destination

CODE = "shared-fixture"
TITLE = "a moved test shares the value of a fixture with tests that stay, and one of them changes it"
MEANING = """A fixture with `scope="module"` is made once for the tests of a module, one with `"package"` or `"session"`
for more of them. A test that changes that value, by putting a row into a list or a table, leaves it to those
that run after it. In another module a test gets another value, or runs in another order, so it may pass alone and fail
beside the others, or the reverse."""
EXAMPLE = """
-- tests/test_shop.py --
def test_first(cart):
    cart.append(1)
def test_second(cart):
    assert cart == [1]
-- tests/conftest.py --
import pytest
@pytest.fixture(scope="module")
def cart():
    return []
-- move --
tests/test_shop.py tests/test_cart.py test_second
"""
ACCEPTS = True


def find(facts: Facts) -> Iterator[Hazard]:
    if not collected(facts).keys() & found_in_the_destination(facts).keys():
        return
    seen = set[str]()
    for fixture, one, other in SharedFixtures(facts).told_apart():
        if fixture.name in seen:
            continue
        seen.add(fixture.name)
        staying = other if one.moves else one
        place = facts.project.module(one.path).source.place(one.node)
        reason = (
            f"`{one.name}` changes the value of the fixture `{fixture.name}`, which lives as long as its"
            f" {fixture.scope}: `{other.name}` would not find it as before"
        )
        along = f"move both: --with {staying.name}"
        remedies = (along,) if staying.path == facts.move.source else ()
        yield Hazard(CODE, place, reason, (*remedies, "give the fixture the scope of a function first"))
