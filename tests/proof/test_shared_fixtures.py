"""Tests that share the value of a fixture find in it what they found."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

FIXTURE = """import pytest


@pytest.fixture(scope="{scope}")
def rows():
    {value}
"""
STORE = """class Store:
    kept = 0

    def keep(self):
        self.kept += 1
"""
FIRST = "def test_first(rows):\n    {first}\n"
SECOND = "def test_second(rows):\n    assert rows\n"
KINDS = {
    "a list of the module": ("module", "return []", "rows.append(1)", "tests/test_new.py", True),
    "by another name": ("module", "return []", "mine = rows\n    mine += [1]", "tests/test_new.py", True),
    "an entry": ("module", "return {}", "rows['x'] = 1", "tests/test_new.py", True),
    "a table": ("module", "yield connect()", "rows.execute('INSERT INTO a')", "tests/test_new.py", True),
    "an object of the tree": ("module", "return Store()", "rows.keep()", "tests/test_new.py", True),
    "a helper of the tree": ("module", "return []", "fill(rows)", "tests/test_new.py", True),
    "of the folder, to another one": ("package", "return []", "rows.append(1)", "tests/sub/test_new.py", True),
    "of the session, and first now": ("session", "return []", "rows.append(1)", "tests/test_a.py", True),
    "of the session, and second as before": ("session", "return []", "rows.append(1)", "tests/test_new.py", False),
    "of the folder, and second as before": ("package", "return []", "rows.append(1)", "tests/test_new.py", False),
    "anew for each test": ("function", "return []", "rows.append(1)", "tests/test_new.py", False),
    "only read": ("module", "return []", "assert rows.count(1) == 0", "tests/test_new.py", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_test_leaves_to_another(kind: str) -> None:
    scope, value, first, there, finds = KINDS[kind]
    fill = "def fill(into):\n    into.append(1)\n\n\n"
    mine = fill + FIRST.format(first=first)
    head = "from shop.store import Store\n" if "Store" in value else ""
    stay = {
        "shop/__init__.py": "",
        "shop/store.py": STORE,
        "tests/conftest.py": head + FIXTURE.format(scope=scope, value=value),
    }
    before = stay | {"tests/test_db.py": f"{mine}\n\n{SECOND}"}
    found = failures(proven(before, stay | {"tests/test_db.py": mine, there: SECOND}))
    assert any("in the fixture rows" in line for line in found) is finds, found
