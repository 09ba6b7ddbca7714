"""Rehearsals: before a test is recorded it has run elsewhere, and it is recorded only if it wrote the same there.

A tape that differs from run to run is no recording. Lock-step takes the chance out of the network and of the
loop; what is left are the subject's own threads, random numbers, hash order, real clocks, other processes.
So the same tests run beforehand in processes of their own: with other hash seeds, and with jobs in threads
one at a time, the newest first in one rehearsal and the oldest first in the next.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codemods.characterize.advice import Run, difference


class NotDeterministicError(AssertionError):
    """The test does not write the same each time, so there is nothing to record."""


@dataclass(frozen=True)
class Part:
    """What a rehearsal is told: the how-manieth it is, and where to write. On its command line as NUMBER:FILE."""

    number: int
    file: Path

    @classmethod
    def parse(cls, text: str) -> Part:
        number, _, file = text.partition(":")
        return cls(int(number), Path(file))

    def __str__(self) -> str:
        return f"{self.number}:{self.file}"

    @property
    def newest_first(self) -> bool:
        """In which order jobs in threads go."""
        return self.number % 2 == 1


@dataclass
class Rehearsal:
    """What one rehearsal wrote, by test, and how it ended."""

    number: int
    texts: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    output: str = ""


def rehearse(arguments: Sequence[str], folder: Path, number: int) -> Rehearsal:
    """Run pytest with the same arguments in another process, and read what it wrote."""
    seed = str(int(os.environ.get("PYTHONHASHSEED", "0").replace("random", "0")) + number)
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as scratch:
        part = Part(number, Path(scratch) / "tapes")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, f"--tape-rehearsal={part}"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        rehearsal = Rehearsal(number, output=done.stdout + done.stderr)
        if part.file.exists():
            for line in part.file.read_text().splitlines():
                one = json.loads(line)
                rehearsal.texts[one["test"]].append(Run(one["text"], one["pid"]))
    return rehearsal


def write(file: Path, test: str, text: str) -> None:
    """In a rehearsal: keep what a test wrote."""
    with file.open("a") as out:
        out.write(json.dumps({"test": test, "text": text, "pid": os.getpid()}) + "\n")


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
            if texts[at].text != text:
                raise NotDeterministicError(difference(Run(text, os.getpid()), texts[at]))
