"""The guard: the user's command in scratch copies, the old tree twice and the new one once, with one result."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from codemods.model import Check, Finding, Move, Place
from codemods.project import Names, Tree
from codemods.stages import stage
from codemods.trying.copies import home, lay_out, scratch
from codemods.trying.inside.codemods_origin import ADDOPTS, COPY, GIVEN, RECORD, TREE
from codemods.trying.outcomes import Record, Renamed, different, finding, read_record, unstable
from codemods.trying.processes import Command, run_all
from codemods.trying.surroundings import environment, import_roots, interpreter

SAYS = "`{}` ends as before in a scratch copy, compared {}"
_INSIDE = Path(__file__).with_name("inside")
_PLUGIN = "codemods_guard_record"
# What differs between two runs of one program on one tree: how long it took, and where objects lie in memory.
_TIME = re.compile(r"\b\d+(\.\d+)?\s?(s|ms|us|µs|ns|secs?|seconds?)\b")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+\b")
# A refusal names so many differences, and counts the others.
_SHOWN = 20
# Seconds that a run of the new tree has in any case; else ten times what the old one took.
PATIENCE = 60.0


@dataclass(frozen=True)
class Guard:
    """The trial behind ``--guard``: a command for the shell, run in the root of each copy.

    Where it runs pytest, tests are compared one by one, so that some may fail before and after; else its exit code
    (which must be 0 before), and its output, if that is the same in both runs of the old tree. ``at_once``: two runs
    share nothing (no port, no database), so those of the old tree may go side by side.
    """

    command: str
    at_once: bool = False

    def __call__(self, before: Tree, after: Tree, moves: Sequence[Move]) -> Check:
        """Run the command thrice and compare. Raises Refused where no scratch copy can be made."""
        with scratch() as folder:
            with stage("the guard, twice before the change"):
                first, second = self._run({"first": before, "second": before}, folder, home(before))
            found = _Found(self.command)
            if _says_something(first, second, found):
                # A new tree that hangs is not waited for; one that is slower is.
                limit = max(PATIENCE, 10 * max(first.seconds, second.seconds))
                with stage("the guard, after the change"):
                    new = self._run({"new": after}, folder, home(before), limit)[0]
                _compare(first, second, new, Renamed(moves, Names(before), Names(after)), found)
        return found.check()

    def _run(self, trees: dict[str, Tree], folder: Path, root: Path, limit: float | None = None) -> list[_Run]:
        python = interpreter(root)
        roots = import_roots(root, python)
        commands = []
        for name, tree in trees.items():
            copy, record = folder / name, folder / f"{name}-record"
            lay_out(tree, copy)
            record.mkdir()
            surroundings = environment(copy, root, python, roots, (_INSIDE,))
            given = os.environ.get(ADDOPTS, "")
            surroundings |= {RECORD: str(record), TREE: str(root), COPY: str(copy), GIVEN: given}
            surroundings[ADDOPTS] = f"{given} -p {_PLUGIN}".strip()
            commands.append(Command(self.command, copy, surroundings, folder / f"{name}-output", limit))
        ended = run_all(commands, len(commands) if self.at_once else 1)
        return [
            _Run(one.code, one.seconds, _plain(command), read_record(folder / f"{name}-record", command.folder))
            for name, command, one in zip(trees, commands, ended, strict=True)
        ]


@dataclass(frozen=True)
class _Run:
    """One run of the command: its exit code (None: it did not end), its output without what is volatile, and what
    pytest did in it, if that ran."""

    code: int | None
    seconds: float
    output: str
    record: Record | None

    @property
    def last(self) -> str:
        """The last thing that it said, for a message."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return f", and said: {lines[-1].strip()[:300]}" if lines else ""


class _Found:
    """What the comparison finds, as the findings of a check."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.how = "by its exit code"
        self.examined = 0
        self.failures: list[Finding] = []
        self.declared: list[Finding] = []

    def fails(self, message: str) -> None:
        self.failures.append(Finding(Place(self.command), message))

    def check(self) -> Check:
        failures = self.failures[:_SHOWN]
        if len(self.failures) > _SHOWN:
            failures.append(Finding(Place(self.command), f"and {len(self.failures) - _SHOWN} tests more"))
        says = SAYS.format(self.command, self.how)
        return Check("guard", says, self.examined, tuple(failures), tuple(self.declared))


def _says_something(first: _Run, second: _Run, found: _Found) -> bool:
    """Would these two runs of the old tree notice anything? If not, ``found`` gets the reason."""
    for leaked in {leak for run in (first, second) if run.record for leak in run.record.leaked}:
        found.fails(f"it does not look at the scratch copy: {leaked}")
    if first.record or second.record:
        one, other = ((run.record or Record()).outcomes for run in (first, second))
        if not any("passed" in one[node] for node in one.keys() & other.keys()) and not found.failures:
            found.fails(f"no test passes twice before the move, so nothing would be noticed{second.last}")
    elif first.code != second.code:
        found.fails(f"it ends with exit code {first.code}, and then with {second.code}, before the move")
    elif first.code:
        found.fails(f"it fails before the move already, with exit code {first.code}{first.last}")
    return not found.failures


def _compare(first: _Run, second: _Run, new: _Run, renamed: Renamed, found: _Found) -> None:
    if new.code is None:
        found.fails(
            f"it took {max(first.seconds, second.seconds):.0f} s before, and now is not done after ten times that"
        )
    elif first.record or second.record:
        _compare_tests(first, second, new, renamed, found)
    else:
        if new.code != first.code:
            found.fails(f"it ended with exit code {first.code}, and now ends with {new.code}{new.last}")
        elif first.output != second.output:
            reason = "its output differs from run to run, and was not compared"
            found.declared.append(Finding(Place(found.command), reason))
        else:
            found.how = "by exit code and output"
            _compare_output(first.output, new.output, found)
        found.examined = 1


def _compare_tests(first: _Run, second: _Run, new: _Run, renamed: Renamed, found: _Found) -> None:
    one, other = first.record or Record(), second.record or Record()
    if new.record is None:
        found.fails(f"pytest ran before, and now does not{new.last}")
        return
    for leaked in new.record.leaked:
        found.fails(f"it does not look at the scratch copy: {leaked}")
    shaky = unstable(one.outcomes, other.outcomes)
    found.how = "test by test"
    found.examined = len(one.outcomes.keys() - set(shaky))
    found.failures += different(one, new.record, shaky, renamed)
    if not (found.failures or shaky) and first.code == second.code != new.code:
        found.fails(f"every test ends as before, but the exit code was {first.code}, and now is {new.code}{new.last}")
    found.declared += [finding(node, "unstable: two runs before the move differ; left out") for node in shaky]
    red = [node for node in one.raised if node not in shaky]
    found.declared += [finding(node, f"fails before and after the move ({one.raised[node]})") for node in red]


def _compare_output(old: str, new: str, found: _Found) -> None:
    lines = enumerate(zip_longest(old.splitlines(), new.splitlines(), fillvalue="(nothing)"), 1)
    differing = [(number, was, now) for number, (was, now) in lines if was != now]
    if differing:
        number, was, now = differing[0]
        more = f", and {len(differing) - 1} lines more differ" if len(differing) > 1 else ""
        found.fails(
            f"line {number} of its output was {was[:200]!r}, and now is {now[:200]!r}{more}; where the output may"
            " differ, send it to /dev/null in the command"
        )


def _plain(command: Command) -> str:
    """The output of a command that ran, without its copy's name, durations and addresses."""
    text = command.output.read_bytes().decode("utf-8", "replace").replace(str(command.folder), ".")
    return _ADDRESS.sub("0x...", _TIME.sub("(time)", text))
