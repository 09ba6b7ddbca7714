"""A small class and its tests are measured from start to end, in a process of its own as the command does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOX = """\
class Box:
    def __init__(self, limit):
        self.limit = limit
        self.items = []

    def put(self, item):
        if len(self.items) >= self.limit:
            raise OverflowError("full")
        self.items.append(item)
        return len(self.items)

    def empty(self):
        while self.items:
            self.items.pop()

    def unknown(self):
        return 1
"""
ENDLESS = """\
        while self.items:
            self.items.pop()
"""
TESTS = """\
import pytest
from box import Box


def test_put():
    box = Box(2)
    box.put("a")
    box.put("b")
    with pytest.raises(OverflowError):
        box.put("c")
    assert box.items == ["a", "b"]


def test_empty():
    box = Box(1)
    box.put("a")
    box.empty()
    assert not box.items
"""
MEASURE = """\
import json, sys
from pathlib import Path
from mutating import forks, measuring, subjects
forks.CPU_EXTRA, forks.CPU_FACTOR = 0.5, 1.0
root = Path.cwd()
sys.path.insert(0, str(root))
project = subjects.Project(root, package="box", tests="tests", outside=(), kit=None)
said = []
results = measuring.measure(project, ("Box",), root / "results.jsonl", 2, said.append)
mutants = [mutant for _, mutant in measuring.all_mutants(subjects.find_subjects(project, ("Box",)))]
found = {f"{one.method}: {one.what}": results.mutants[one.id].by for one in mutants}
print(json.dumps({"said": said, "found": found, "lines": results.classes["Box"].lines}))
"""
SAMPLE = (
    MEASURE[: MEASURE.index("results =")]
    + """\
lives = measuring.sample(project, ("Box",), root / "results.jsonl", 2, 1000, said.append)
mutants = [mutant for _, mutant in measuring.all_mutants(subjects.find_subjects(project, ("Box",)))]
print(json.dumps([f"{one.method}: {one.what}" for one in mutants if one.id in lives]))
"""
)


@pytest.fixture
def project(tmp_path):
    short = BOX.replace(ENDLESS, "        self.items.clear()\n")
    for name, text in (("box/__init__.py", short), ("tests/test_box.py", TESTS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


def run(project, script):
    """What a script prints last."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *_, last = done.stdout.splitlines()
    return json.loads(last)


def measure(project):
    """(what was said, what killed each mutant, lines that were executed)"""
    found = run(project, MEASURE)
    return found["said"], found["found"], found["lines"]


def test_who_kills_what(project):
    (project / "box" / "__init__.py").write_text(BOX)
    _, found, lines = measure(project)
    put, empty = "tests/test_box.py::test_put", "tests/test_box.py::test_empty"
    assert found["Box.put: without `self.items.append(item)`"] == {put: "failed"}
    assert set(found["Box.__init__: without `self.items = []`"]) == {put, empty}
    assert found["Box.put: without `raise OverflowError('full')`"] == {put: "failed"}
    assert found["Box.empty: `self.items` is never so"] == {empty: "failed"}
    assert found["Box.empty: without `self.items.pop()`"] == {empty: "cpu limit"}
    lives = {name for name, by in found.items() if not by}
    assert lives == {
        "Box.put: `return len(self.items)` becomes `return None`",
        "Box.put: `'full'` becomes `'fullX'`",
        "Box.unknown: `return 1` becomes `return None`",
        "Box.unknown: `1` becomes `2`",
        "Box.unknown: `1` becomes `0`",
    }
    assert lines == [8, 9]


def test_a_second_run_continues_the_first(project):
    said, first, _ = measure(project)
    count = len(first)
    assert f"{count} of {count} mutants to run" in said
    results = project / "results.jsonl"
    results.write_text(results.read_text()[:-20])  # as if the machine had gone down
    said, second, _ = measure(project)
    assert f"1 of {count} mutants to run" in said
    assert second == first


def test_what_a_test_says_anew_is_measured_anew(project):
    measure(project)
    tests = project / "tests" / "test_box.py"
    tests.write_text(tests.read_text() + "\n\ndef test_number():\n    assert Box(1).put('a') == 1\n")
    _, found, _ = measure(project)
    assert found["Box.put: `return len(self.items)` becomes `return None`"] == {
        "tests/test_box.py::test_number": "failed"
    }


def test_tests_that_do_not_pass_are_no_guard(project):
    tests = project / "tests" / "test_box.py"
    tests.write_text(tests.read_text().replace("assert not box.items", "assert box.items"))
    with pytest.raises(AssertionError, match="test_empty does not pass on the classes as they are"):
        measure(project)


def test_a_sample_notices_a_guard_that_has_become_weak(project):
    measure(project)
    assert run(project, SAMPLE) == []
    tests = project / "tests" / "test_box.py"
    tests.write_text(tests.read_text().replace('with pytest.raises(OverflowError):\n        box.put("c")', "pass"))
    assert "Box.put: without `raise OverflowError('full')`" in run(project, SAMPLE)
