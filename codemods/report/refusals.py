"""Why something was not done: grouped by cause, a few places of each, and what helps once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.model import Hazard
from codemods.report.lines import Line, grouped, help_lines

# So many places of one cause are shown before the others are only counted.
SHOWN = 5


def refusal_lines(hazards: Sequence[Hazard], outcome: str = "refused", every_place: bool = False) -> Iterator[Line]:
    """A cause with one place is one sentence; one with several has a heading and a line for each place."""
    for code, found in grouped(hazards).items():
        if len(found) == 1:
            yield Line(f"{outcome}: {found[0]}", "bad")
        else:
            reason, lines = _several(found)
            yield Line(f"{outcome}: {found[0].place}: [{code}] {len(found):,} places{reason}", "bad")
            shown = len(lines) if every_place else SHOWN
            yield from (Line(f"  {text}") for text in lines[:shown])
            if len(lines) > shown:
                yield Line(f"  ... and {len(lines) - shown:,} more (-v lists them, --json has them)", "faint")
        yield from help_lines(remedy for hazard in found for remedy in hazard.remedies)


def _several(found: Sequence[Hazard]) -> tuple[str, list[str]]:
    """What all places have in common, and a line for each place."""
    reasons = {hazard.reason for hazard in found}
    if len(reasons) == 1:
        return f": {reasons.pop()}", [str(hazard.place) for hazard in found]
    return "", [f"{hazard.place}: {hazard.reason}" for hazard in found]
