"""How each test of a pytest run ended, as the plugin wrote it down, and where two runs differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codemods.model import Finding, Move, Place
from codemods.project import Names

Outcomes = Mapping[str, tuple[str, ...]]
GONE = ("is not run",)


@dataclass(frozen=True)
class Record:
    """The outcomes of a run by node (several, where it ran more than once), what was raised where one failed, and
    modules of the wrong tree."""

    outcomes: Outcomes = field(default_factory=dict)
    raised: Mapping[str, str] = field(default_factory=dict)
    leaked: tuple[str, ...] = ()


def read_record(folder: Path, copy: Path) -> Record | None:
    """What the plugin wrote into ``folder``; None where no pytest ran. The name of the copy is taken out."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        return None
    found: dict[str, list[str]] = {}
    details: dict[str, str] = {}
    leaked: list[str] = []
    for line in (line for file in files for line in file.read_text("utf-8").splitlines()):
        when, node, outcome, raised, message = json.loads(line)
        if when == "leaked":
            leaked.append(f"module {node} came from {outcome}, not from the scratch copy")
        elif when != "started":
            found.setdefault(node, []).append(_outcome(when, outcome, raised))
            if raised:
                details[node] = f"{raised}: {message.replace(str(copy), '.')}" if message else raised
    return Record({node: tuple(sorted(ends)) for node, ends in found.items()}, details, tuple(leaked))


def _outcome(when: str, outcome: str, raised: str) -> str:
    what = {"xskipped": "failed as expected", "xpassed": "passed unexpectedly"}.get(outcome, outcome)
    if outcome == "failed" and when != "call":
        what = {"setup": "failed in its set-up", "teardown": "failed in its tear-down"}.get(when, "was not collected")
    return f"{what} ({raised})" if raised else what


def unstable(one: Outcomes, other: Outcomes) -> tuple[str, ...]:
    """The nodes that end in different ways in two runs of one tree."""
    return tuple(sorted(node for node in one.keys() | other.keys() if one.get(node) != other.get(node)))


class Renamed:
    """Nodes whose name has the place of a definition in it, which may have moved: doctests, and moved tests."""

    def __init__(self, moves: Sequence[Move], old: Names, new: Names) -> None:
        self._pairs = [
            (move.source, move.destination, old.dotted(move.source), new.dotted(move.destination)) for move in moves
        ]

    def candidates(self, node: str) -> Iterator[str]:
        """What the node may be called after the moves."""
        for source, destination, old, new in self._pairs:
            path, colons, rest = node.partition("::")
            if path == source:
                yield destination + colons + (rest.replace(f"{old}.", f"{new}.", 1) if old else rest)


def different(old: Record, new: Record, left_out: Sequence[str], renamed: Renamed) -> list[Finding]:
    """Nodes that end otherwise after a move than before it."""
    found = []
    # Not there before: a module that can't be collected any more, which may be why others are not run; or a doctest
    # that is new by its place.
    for node in sorted(new.outcomes.keys() - old.outcomes.keys() - set(left_out)):
        if new.raised.get(node):
            found.append(finding(node, f"not there before, and now {_text(new.outcomes[node], new.raised[node])}"))
    for node in sorted(old.outcomes.keys() - set(left_out)):
        names = (node, *(name for name in renamed.candidates(node) if name not in old.outcomes))
        name = next((name for name in names if name in new.outcomes), node)
        was, now = old.outcomes[node], new.outcomes.get(name, GONE)
        if now != was:
            found.append(finding(node, f"{_text(was)} before, and now {_text(now, new.raised.get(name))}"))
    return found


def finding(node: str, message: str) -> Finding:
    """A finding about a test node, at its file."""
    path, _, rest = node.partition("::")
    return Finding(Place(path), f"{rest}: {message}" if rest else message)


def _text(ends: Sequence[str], raised: str | None = None) -> str:
    return " and ".join(ends) + (f": {raised}" if raised else "")
