"""Fixtures that moved by hand to a conftest.py: who else gets them there."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

HEAD = "import pytest\n\n\n"
FIXTURE = "@pytest.fixture\ndef client():\n    return 1\n"
OTHER = "@pytest.fixture\ndef client():\n    return 2\n"
ASKS = "def test_other(client): ...\n"
# what stands in the conftest.py further up, and in another test module
KINDS = {
    "nobody asks": ("", "def test_other(): ...\n", False),
    "one of pytest or a plugin": ("", ASKS, True),
    "one further up": (OTHER, ASKS, True),
    "one that is nearer": (OTHER, f"{OTHER}\n\n{ASKS}", False),
    "a fixture asks": (OTHER, "@pytest.fixture\ndef page(client): ...\n", True),
    "a function asks": (OTHER, "def build(client): ...\n", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_else_gets_it(kind: str) -> None:
    above, other, broken = KINDS[kind]
    stay = {"conftest.py": f"{HEAD}{above}", "tests/test_other.py": f"{HEAD}{other}"}
    before = stay | {"tests/test_a.py": f"{HEAD}{FIXTURE}\n\n{ASKS}", "tests/conftest.py": f"{HEAD}X = 1\n"}
    after = stay | {"tests/test_a.py": ASKS, "tests/conftest.py": f"{HEAD}X = 1\n\n\n{FIXTURE}"}
    found = [line for line in failures(proven(before, after)) if "gets another fixture" in line]
    assert bool(found) is broken, found
