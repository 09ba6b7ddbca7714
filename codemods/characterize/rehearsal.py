"""Rehearsals: before a test is recorded it has run elsewhere, and it is recorded only if it wrote the same there.

A tape that differs from run to run is no recording. Lock-step takes the chance out of the network and of the
loop; what is left are the subject's own threads, random numbers, hash order, real clocks, other processes.
So the same tests run beforehand in processes of their own: with other hash seeds, and with jobs in threads
one at a time, the newest first in one rehearsal and the oldest first in the next.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

NUMBER = "CODEMODS_TAPE_REHEARSAL"  # in the environment of a rehearsal
_FIELD = re.compile(r'"([^"]+)": ')


class NotDeterministicError(AssertionError):
    """The test does not write the same each time, so there is nothing to record."""


@dataclass
class Rehearsal:
    """What one rehearsal wrote, by test, and how it ended."""

    number: int
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    output: str = ""


def rehearse(arguments: Sequence[str], folder: Path, number: int) -> Rehearsal:
    """Run pytest with the same arguments in another process, and read what it wrote."""
    seed = str(int(os.environ.get("PYTHONHASHSEED", "0").replace("random", "0")) + number)
    environment = {**os.environ, "PYTHONHASHSEED": seed, NUMBER: str(number)}
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as scratch:
        file = Path(scratch) / "tapes"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, f"--tape-rehearsal={file}"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        rehearsal = Rehearsal(number, output=done.stdout + done.stderr)
        if file.exists():
            for line in file.read_text().splitlines():
                one = json.loads(line)
                rehearsal.texts[one["test"]].append(one["text"])
    return rehearsal


def write(file: Path, test: str, text: str) -> None:
    """In a rehearsal: keep what a test wrote."""
    with file.open("a") as out:
        out.write(json.dumps({"test": test, "text": text}) + "\n")


class Judge:
    """For one test that is being recorded: compares each of its tapes with those of the rehearsals."""

    def __init__(self, test: str, rehearsals: Sequence[Rehearsal]) -> None:
        self.test, self.rehearsals = test, rehearsals
        self._heard = 0

    def __call__(self, text: str) -> None:
        """Raise NotDeterministicError unless each rehearsal wrote this text, too."""
        at, self._heard = self._heard, self._heard + 1
        for rehearsal in self.rehearsals:
            texts = rehearsal.texts.get(self.test, [])
            if at >= len(texts):
                tail = "\n".join(rehearsal.output.splitlines()[-15:])
                raise NotDeterministicError(
                    "not deterministic, so not recorded: in a rehearsal in another process this test did not get "
                    f"as far as its tape. The rehearsal ended so:\n{tail}"
                )
            if texts[at] != text:
                raise NotDeterministicError(difference(text, texts[at]))


def difference(here: str, there: str) -> str:
    """The first line in which two tapes of one test differ, and what to do."""
    pairs = zip([*here.splitlines(), "(the end)"], [*there.splitlines(), "(the end)"], strict=False)
    mine, theirs = next((one for one in pairs if one[0] != one[1]), ("(the end)", "(the end)"))
    return (
        "not deterministic, so not recorded: a rehearsal of this test in another process wrote another tape.\n"
        f"  here:      {mine}\n"
        f"  rehearsal: {theirs}\n" + _advice(mine, theirs)
    )


def _advice(mine: str, theirs: str) -> str:
    at = next((place for place, (one, other) in enumerate(zip(mine, theirs, strict=False)) if one != other), 0)
    same_operation = mine.split("{")[0] == theirs.split("{")[0]
    if same_operation and (before := _FIELD.findall(mine[: at + 1])):
        return (
            f"The field {before[-1]!r} differs: declare it with tape.volatile({before[-1]!r}), or let the test give "
            "the subject a fixed value (a seeded random generator, sorted names)."
        )
    return (
        "Things happen in another order, or do not happen: usual causes are threads that race, random delays, "
        "the order of a set, files and other processes. Take the race out of the subject, or let the test decide it."
    )
