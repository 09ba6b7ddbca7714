"""Which test executes which line of the measured classes, and how much of them all tests together execute."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

from .forks import Errand, run_forks
from .guard import GuardError
from .subjects import Subject, install


@dataclass(frozen=True)
class Share:
    """How many of how many were executed."""

    ran: int
    all: int
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        return 100.0 * self.ran / self.all if self.all else 100.0


@dataclass(frozen=True)
class Covering:
    """What the tests do to the classes as they are: `tests[file][line]`, CPU seconds a test, shares a class."""

    tests: dict[Path, dict[int, set[str]]]
    cpu: dict[str, float]
    lines: dict[str, Share]
    branches: dict[str, Share]

    def of(self, file: Path, lines: range | set[int]) -> set[str]:
        """The tests that execute one of the lines."""
        by_line = self.tests[file]
        return set().union(*(by_line.get(line, ()) for line in lines))


def cover(
    subjects: Sequence[Subject],
    kit: Sequence[Subject],
    items: Sequence[pytest.Item],
    jobs: int,
    progress: Callable[[str], None],
) -> Covering:
    """Run all tests on the classes as they are; raises GuardError if one does not pass.

    Of the kit only the tests that execute its lines are noted. The classes are installed as a mutant would be, so
    this shows too that the installing itself changes nothing.
    """
    files = sorted({subject.file for subject in [*subjects, *kit]})
    cpu: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        parts = [items[start::jobs] for start in range(jobs)]
        data = [Path(folder, f"part-{number}") for number in range(jobs)]
        errands = deque(_errand(subjects, part, files, one) for part, one in zip(parts, data, strict=True) if part)
        for ending in run_forks(errands, jobs):
            cpu |= ending.cpu
            progress(f"{len(cpu)} of {len(items)} tests run on the classes as they are")
            if ending.failed:
                raise GuardError(f"{ending.failed} does not pass on the classes as they are:\n{ending.said}")
        whole = coverage.Coverage(data_file=Path(folder, "whole"), branch=True, config_file=False)
        whole.combine([str(one) for one in data if one.exists()])
        found = whole.get_data()
        tests = {file: _contexts(found, file) for file in files}
        shares = {subject.name: _shares(whole, subject) for subject in subjects}
    return Covering(
        tests, cpu, {name: one for name, (one, _) in shares.items()}, {name: two for name, (_, two) in shares.items()}
    )


def _errand(subjects: Sequence[Subject], items: Sequence[pytest.Item], files: list[Path], data: Path) -> Errand:
    tracer = coverage.Coverage(
        data_file=data, branch=True, config_file=False, include=[str(file) for file in files], messages=False
    )

    def prepare() -> None:
        for subject in subjects:
            install(subject, subject.tree)
        tracer.start()

    def finish() -> None:
        tracer.stop()
        tracer.save()

    return Errand(items, prepare, tracer.switch_context, finish)


def _contexts(data: coverage.CoverageData, file: Path) -> dict[int, set[str]]:
    return {line: {one for one in names if one} for line, names in data.contexts_by_lineno(str(file)).items()}


def _shares(whole: coverage.Coverage, subject: Subject) -> tuple[Share, Share]:
    """Lines and branches of the bodies of methods; the rest runs with the import."""
    within = subject.body_lines
    _, statements, _, missing, _ = whole.analysis2(str(subject.file))
    all_lines, missed = within & set(statements), within & set(missing)
    lines = Share(len(all_lines) - len(missed), len(all_lines), tuple(map(str, sorted(missed))))
    branches = {line: pair for line, pair in whole.branch_stats(str(subject.file)).items() if line in within}
    partly = tuple(str(line) for line, (every, taken) in sorted(branches.items()) if taken < every)
    ways = [(every, taken) for every, taken in branches.values()]
    return lines, Share(sum(taken for _, taken in ways), sum(every for every, _ in ways), partly)
