"""Commands that run the tests of one file: the prover asks whether they still run what moved to another."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

BEFORE = {
    "tests/__init__.py": "",
    "tests/test_a.py": "def test_a(): ...\n\n\ndef test_b(): ...\n",
    "tests/test_c.py": "def test_c(): ...\n",
}
AFTER = {
    "tests/test_a.py": "def test_b(): ...\n",
    "tests/test_c.py": "def test_c(): ...\n\n\ndef test_a(): ...\n",
}
MOVE = Move("tests/test_a.py", ("test_a",), "tests/test_c.py")


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("pytest -x tests/test_a.py", False),
        ("python -m unittest tests.test_a", False),
        ("pytest tests/test_a.py tests/test_c.py", True),
        ("pytest tests", True),
        ("# pytest tests/test_a.py", True),
        ("ruff check tests/test_a.py", True),
    ],
)
def test_it_runs_what_it_ran(command: str, runs: bool) -> None:
    before = BEFORE | {"Makefile": f"test:\n\t{command}\n"}
    found = failures(proven(before, before | AFTER, MOVE))
    assert [line.partition(":")[0] for line in found] == ([] if runs else ["namespaces"])
