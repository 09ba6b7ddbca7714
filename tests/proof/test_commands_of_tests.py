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


SKIP = 'import pytest\n\npytest.importorskip("json")\n\n\n'


@pytest.mark.parametrize(("here", "there", "same"), [(SKIP, "", False), ("", SKIP, False), (SKIP, SKIP, True)])
def test_a_module_that_skips_all_its_tests(here: str, there: str, same: bool) -> None:
    before = BEFORE | {"tests/test_a.py": here + BEFORE["tests/test_a.py"], "tests/test_c.py": there + "\n"}
    after = before | {"tests/test_a.py": here + AFTER["tests/test_a.py"]}
    after["tests/test_c.py"] = there + "def test_a(): ...\n"
    assert any("skipped" in line for line in failures(proven(before, after, MOVE))) is not same


def test_a_file_that_pytest_is_told_to_pass_over() -> None:
    before = BEFORE | {"tests/conftest.py": 'collect_ignore = ["test_a.py"]\n'}
    assert any("pass over" in line for line in failures(proven(before, before | AFTER, MOVE)))
