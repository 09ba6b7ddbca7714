"""How much would the recordings of the worker notice?

examples:
  scripts/mutation                         what is not measured yet, then docs/mutation.md anew
  scripts/mutation FailedJobHandler        one class
  scripts/mutation --sample 20             twenty mutants that were killed before are killed again (for CI)
  scripts/mutation --coverage              lines and branches that the guard executes, nothing else
  scripts/mutation --check                 docs, results and code agree; nothing is run
  scripts/mutation --list JobStatusManager the mutants, nothing is run
  scripts/mutation --show JobStatusManager._step:constant:945f7b2b

exit codes: 0 all is well; 1 too few are killed, or a survivor has no reason, or --check or --sample finds something;
2 wrong usage, or the tests do not pass on the classes as they are
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .guard import GuardError
from .measuring import all_mutants, cover_only, measure, sample
from .mutants import Mutant
from .reasons import Reasons, read_reasons
from .report import COVERED, WANTED, Rate, generated, rate, replace_generated
from .results import Results, read_results
from .scenarios import Row, rows
from .subjects import CLASSES, Project, Subject, SubjectError, find_kit, find_subjects

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project(ROOT)
DOCUMENT = ROOT / "docs" / "mutation.md"
RESULTS = ROOT / "docs" / "mutation" / "results.jsonl"
REASONS = ROOT / "docs" / "mutation" / "survivors.toml"
TAPES = ROOT / "tests" / "worker" / "__snapshots__"


class _Progress:
    """One line that is written over on a terminal; elsewhere one line in ten seconds."""

    def __init__(self) -> None:
        self.began, self.last = time.monotonic(), -10.0

    def __call__(self, text: str) -> None:
        passed = time.monotonic() - self.began
        if sys.stderr.isatty():
            print(f"\r\x1b[K{passed:5.0f} s  {text}", end="", file=sys.stderr, flush=True)
        elif passed - self.last >= 10:
            self.last = passed
            print(f"{passed:5.0f} s  {text}", file=sys.stderr, flush=True)

    def end(self) -> None:
        if sys.stderr.isatty():
            print(file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    sys.path.insert(0, str(ROOT))
    options = _parser().parse_args(arguments)
    names = tuple(dict.fromkeys(options.classes)) or CLASSES
    progress = _Progress()
    try:
        if options.show:
            return _show(options.show)
        subjects = find_subjects(PROJECT, names)
        if options.list:
            return _list(subjects)
        if options.check:
            return _check()
        if options.coverage:
            return _coverage(names, options.jobs, progress)
        if options.sample:
            return _sample(names, options, progress)
        measure(PROJECT, names, options.results, options.jobs, progress)
        progress.end()
        return _report(subjects, options.results)
    except (SubjectError, GuardError, ValueError) as error:
        progress.end()
        print(f"scripts/mutation: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.end()
        print("scripts/mutation: stopped; the next run goes on from here", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("classes", nargs="*", metavar="CLASS", help=f"of {', '.join(CLASSES)} (all of them)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="mutants at a time (2)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to continue (docs/mutation/...)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sample", type=int, metavar="N", help="run N of the killed mutants again")
    what.add_argument("--coverage", action="store_true", help="only say what the guard executes")
    what.add_argument("--check", action="store_true", help="only compare docs, results and code")
    what.add_argument("--list", action="store_true", help="only list the mutants")
    what.add_argument("--show", metavar="ID", help="only print a mutant as a difference")
    return parser


def _list(subjects: Sequence[Subject]) -> int:
    for _, mutant in all_mutants(subjects):
        print(f"{mutant.id}  {mutant.what}{'  (log wording)' if mutant.wording else ''}")
    return 0


def _show(name: str) -> int:
    for subject, mutant in all_mutants(find_subjects(PROJECT)):
        if mutant.id == name:
            old, new = (ast.unparse(tree).splitlines() for tree in (subject.tree, mutant.applied(subject.tree)))
            print("\n".join(difflib.unified_diff(old, new, subject.name, mutant.id, lineterm="", n=4)))
            return 0
    raise ValueError(f"There is no mutant {name}; scripts/mutation --list names them all.")


def _coverage(names: tuple[str, ...], jobs: int, progress: _Progress) -> int:
    covering = cover_only(PROJECT, names, jobs, progress)
    progress.end()
    enough = True
    print(f"{'class':<22} {'lines':>18} {'branches':>18}  not executed at")
    for name in names:
        shares = covering.lines[name], covering.branches[name]
        cells = [f"{one.ran} of {one.all} {one.percent:.1f} %" for one in shares]
        missing = ", ".join(sorted({*shares[0].missing, *shares[1].missing}, key=int))
        print(f"{name:<22} {cells[0]:>18} {cells[1]:>18}  {missing}")
        enough &= all(one.percent >= COVERED for one in shares)
    return int(not enough)


def _sample(names: tuple[str, ...], options: argparse.Namespace, progress: _Progress) -> int:
    lives = sample(PROJECT, names, options.results, options.jobs, options.sample, progress)
    progress.end()
    for mutant in lives:
        print(f"{mutant} was killed before, and lives. See scripts/mutation --show {mutant}")
    print(f"{options.sample - len(lives)} of a sample of {options.sample} mutants are killed")
    return int(bool(lives))


def _rates(subjects: Sequence[Subject], results: Results) -> list[Rate]:
    mutants: list[Mutant] = [mutant for _, mutant in all_mutants(subjects)]
    return [rate(subject, mutants, results) for subject in subjects]


def _steps(table: Mapping[Any, Iterable[Any]]) -> list[str]:
    return [f"{one} -> {other}" for one in table for other in sorted(table[one])]


def _table(results: Results) -> list[Row]:
    from worker import JOB_STATUS_TRANSITIONS, WORKER_STATUS_TRANSITIONS

    steps = {"worker": _steps(WORKER_STATUS_TRANSITIONS), "job": _steps(JOB_STATUS_TRANSITIONS)}
    (kit,) = find_kit(PROJECT)
    return rows(results, find_subjects(PROJECT), kit, steps, TAPES)


def _text(results: Results, reasons: Reasons) -> str:
    rates = _rates(find_subjects(PROJECT), results)
    return replace_generated(DOCUMENT, generated(rates, results, reasons, _table(results)))


def _report(subjects: Sequence[Subject], file: Path) -> int:
    results, reasons = read_results(file), read_reasons(REASONS)
    if file == RESULTS and results.classes.keys() >= set(CLASSES):
        DOCUMENT.write_text(_text(results, reasons), encoding="utf-8")
    enough = True
    print(f"{'class':<22} {'mutants':>8} {'wording':>8} {'killed':>8} {'survive':>8} {'rate':>8}")
    for one in _rates(subjects, results):
        counted = len(one.counted)
        numbers = f"{len(one.pairs):>8} {len(one.pairs) - counted:>8} {one.killed:>8} {counted - one.killed:>8}"
        print(f"{one.name:<22} {numbers} {one.percent:>6.1f} %")
        enough &= one.percent >= WANTED
        for mutant in one.survivors:
            if not reasons.of(mutant.id):
                enough = False
                print(f"  survives without a reason: {mutant.id}  {mutant.what}")
    return int(not enough)


def _check() -> int:
    results, reasons = read_results(RESULTS), read_reasons(REASONS)
    rates = _rates(find_subjects(PROJECT), results)
    said = []
    for one in rates:
        if one.percent < WANTED:
            said.append(f"{one.name}: {one.percent:.1f} % are killed, {WANTED:g} % are wanted")
        if missing := one.measured - len(one.pairs):
            said.append(f"{one.name}: {missing} mutants are not measured; run scripts/mutation {one.name}")
        shares = results.classes[one.name]
        for what, (ran, of) in (("lines", shares.lines), ("branches", shares.branches)):
            if 100 * ran < COVERED * of:
                said.append(f"{one.name}: {ran} of {of} {what} are executed, {COVERED:g} % are wanted")
    survivors = {mutant.id for one in rates for mutant in one.survivors}
    said += [f"{name} survives without a reason in {REASONS.name}" for name in reasons.unreasoned(survivors)]
    said += [f"{name} has a reason in {REASONS.name}, and does not survive" for name in reasons.stale(survivors)]
    said += [f"no scenario covers {row.what}" for row in _table(results) if row.kind != "fault" and not row.tests]
    # Versions of Python write the same piece of code in different ways.
    as_measured = results.about["python"].split(".")[:2] == platform.python_version().split(".")[:2]
    if as_measured and DOCUMENT.read_text(encoding="utf-8") != _text(results, reasons):
        said.append("docs/mutation.md is not what the results say; run scripts/mutation")
    print("\n".join(said) or "docs, results and code agree")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main())
