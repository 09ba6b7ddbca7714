"""What the scenarios cover: public methods, transitions and faults, each with the tests that go there.

Methods and faults come from what was measured, transitions from the recordings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .results import Results
from .subjects import Subject

WORKER_STEP = re.compile(r"Worker \S+: (\w+) -> (\w+)$")
# Logged by the code; or noted by the scenario before it makes the step, for not all are logged.
JOB_STEP = re.compile(r"(?:Job \S+:|  #) (\w+) -> (\w+)$")


@dataclass(frozen=True)
class Row:
    """One thing to cover, and the tests that do; of `kind` method, worker, job or fault."""

    kind: str
    what: str
    tests: tuple[str, ...]


def function_of(test: str) -> str:
    """`test_status.py::test_register`: a test without its folder and without what it is parametrized by."""
    return test.rsplit("/", 1)[-1].split("[")[0]


def rows(
    results: Results, subjects: Iterable[Subject], faults: Subject, steps: Mapping[str, Iterable[str]], tapes: Path
) -> list[Row]:
    """The whole table. `steps` names the transitions that the code allows, as `a -> b`, by kind."""
    seen = _steps_in(tapes)
    found = []
    for subject in [*subjects, faults]:
        kind = "fault" if subject is faults else "method"
        for method in subject.public_methods:
            if subject is faults and method.endswith(".__init__"):
                continue
            tests = [one.test for one in results.scenarios.values() if method in one.methods]
            found.append(_row(kind, method, tests))
    for kind, every in steps.items():
        found += [_row(kind, step, seen[kind].get(step, [])) for step in every]
    # Those that cover little else are the better examples, so they come first.
    often = Counter(test for row in found for test in row.tests)
    return [replace(row, tests=tuple(sorted(row.tests, key=lambda test: (often[test], test)))) for row in found]


def _row(kind: str, what: str, tests: Iterable[str]) -> Row:
    return Row(kind, what, tuple(sorted({function_of(test) for test in tests})))


def _steps_in(tapes: Path) -> dict[str, dict[str, list[str]]]:
    seen: dict[str, dict[str, list[str]]] = {"worker": {}, "job": {}}
    for file in sorted(tapes.rglob("*.tape")):
        test = f"{file.parent.name}.py::{file.stem}"
        for line in file.read_text(encoding="utf-8").splitlines():
            for kind, pattern in (("worker", WORKER_STEP), ("job", JOB_STEP)):
                if step := pattern.search(line):
                    seen[kind].setdefault(f"{step[1]} -> {step[2]}", []).append(test)
    return seen
