"""The results as rows, and the rows as text and Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from json import loads
from typing import Any

from benchmarks.emend import EMEND
from benchmarks.measuring import Run

COLUMNS = ("floor", "grep", "ours", "plan", "check", "done", "prove", "rope", "emend", "LibCST")
# What the goals are about: a column, and the column that it is compared with.
RATIOS = (
    ("ours", "floor"),
    ("prove", "floor"),
    ("done", "grep"),
    ("done", "floor"),
    ("rope", "ours"),
    ("emend", "ours"),
)
_BEGIN, _END = "<!-- written by scripts/bench -->\n", "<!-- end of what scripts/bench wrote -->\n"


@dataclass(frozen=True)
class Row:
    """All columns of one case."""

    tree: str
    what: str
    name: str
    size: int
    runs: dict[str, Run]

    @property
    def key(self) -> tuple[str, str]:
        return self.tree, self.what

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self)


def read(lines: str) -> list[Row]:
    """Rows that ``Row.data`` was written for, as JSON lines."""
    found = []
    for line in lines.splitlines():
        data = loads(line)
        data["runs"] = {name: Run(**run) for name, run in data["runs"].items()}
        found.append(Row(**data))
    return found


def cell(run: Run) -> str:
    """Seconds by the clock / of processor, peak memory."""
    if not run.ok:
        return run.note
    return f"{_seconds(run.seconds)} / {_seconds(run.processor)} s, {run.megabytes:,.0f} MB"


def text(rows: Sequence[Row]) -> str:
    """The table for a terminal: a block for each case."""
    lines = []
    for row in rows:
        lines += ["", f"{row.tree}, {row.what}: {row.name}"]
        lines += [f"  {name:<16}{cell(row.runs[name])}" for name in COLUMNS if name in row.runs]
        lines += [f"  {words}" for words in _ratios(row)]
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """The table for the documentation."""
    lines = [machine(), "", "Seconds by the clock / seconds of processor, peak memory.", ""]
    lines.append("| tree, move | " + " | ".join(COLUMNS) + " |")
    lines.append("| --- " * (len(COLUMNS) + 1) + "|")
    for row in rows:
        cells = [cell(row.runs[name]) if name in row.runs else "" for name in COLUMNS]
        lines.append(f"| {row.tree}, {row.what}: `{row.name}` | " + " | ".join(cells) + " |")
    lines += ["", "| tree, move | ratios, by the clock and by processor |", "| --- | --- |"]
    lines += [f"| {row.tree}, {row.what} | {'; '.join(_ratios(row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def into(page: str, rows: Sequence[Row], how: str) -> str:
    """A page of the documentation with the table between its two marks; ``how`` says how it was measured."""
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{how}\n\n{markdown(rows)}\n{_END}{after}"


def load() -> str:
    """How busy the machine is: the processes that want a processor, in the last minute and in the last fifteen."""
    one, _, fifteen = os.getloadavg()
    return f"{one:.1f} (15 min: {fifteen:.1f})"


def machine() -> str:
    """What it ran on, and with which versions."""
    parts = [f"{os.cpu_count()} cores of {_processor()}", platform.platform(), f"Python {platform.python_version()}"]
    others = [f"{name} {_version(name)}" for name in ("rope", "libcst")]
    return ", ".join([*parts, *others, f"emend {EMEND}"]) + "."


def _ratios(row: Row) -> list[str]:
    found = []
    for one, other in RATIOS:
        left, right = row.runs.get(one, Run(note="-")), row.runs.get(other, Run(note="-"))
        if left.ok and right.ok:
            clock, processor = left.seconds / right.seconds, left.processor / max(right.processor, 1e-3)
            found.append(f"{one} : {other} = {clock:.1f} / {processor:.1f}")
            if other == "ours":
                found.append(f"memory, {one} : ours = {left.megabytes / right.megabytes:.1f}")
    return found


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.1f}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(absent)"
