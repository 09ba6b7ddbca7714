"""How much a recording holds: tapes, operations, virtual time, and the real time it took."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from codemods.characterize.render import clock_text

_LAST = re.compile(r"= (\d+) operations in (\d+):(\d\d):(\d\d\.\d{3})\n?\Z")


@dataclass(frozen=True)
class Counts:
    """Sums over tapes. `sha256` stands for all their bytes; empty where they are not at hand."""

    tapes: int = 0
    operations: int = 0
    virtual_seconds: float = 0.0
    real_ms: float = 0.0
    sha256: str = ""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.tapes + other.tapes,
            self.operations + other.operations,
            self.virtual_seconds + other.virtual_seconds,
            self.real_ms + other.real_ms,
        )

    def __str__(self) -> str:
        real = f" in {self.real_ms:.0f} ms" if self.real_ms else ""
        virtual = clock_text(self.virtual_seconds)
        return f"{self.tapes} tapes, {self.operations} operations, {virtual} of virtual time{real}"


def counts_of_tape(text: str) -> Counts:
    """From the last line of a recorded tape."""
    found = _LAST.search(text)
    if not found:
        return Counts(tapes=1)
    hours, minutes, seconds = int(found[2]), int(found[3]), float(found[4])
    return Counts(1, int(found[1]), 3600 * hours + 60 * minutes + seconds)


def counts_of_report(path: Path) -> Counts:
    """From what `pytest --tape-report` wrote, with one hash over all that was recorded."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    hashes = "\n".join(sorted(f"{line['test']} {line['sha256']}" for line in lines))
    return Counts(
        len(lines),
        sum(line["operations"] for line in lines),
        sum(line["virtual_seconds"] for line in lines),
        sum(line["real_ms"] for line in lines),
        hashlib.sha256(hashes.encode()).hexdigest(),
    )
