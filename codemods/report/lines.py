"""What people read: lines of text with a style each, made without knowing where they will be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.model import Check, Disposition, Hazard, Move, Plan, Proof, Severity, UnitPlan

# How many places a check names before it only counts them.
_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """One line, and what it is: heading, good, bad, warning, faint, added, removed, or plain."""

    text: str = ""
    style: str = ""


def plan_lines(plan: Plan, every_unit: bool = True) -> Iterator[Line]:
    """One line a unit (what, where it goes, why), then the files with what happens to them, then the hazards."""
    for move in plan.moves:
        yield Line(f"Move {_names(move.names)} from {move.source} to {move.destination}", "heading")
    yield from _units(plan.units, every_unit)
    for file in plan.files:
        yield Line()
        yield Line(file.path, "heading")
        yield from (Line(f"  {action}") for action in file.actions)
    for severity, title in (
        (Severity.REFUSES, "Refuses the move"),
        (Severity.DECLARED, "Changes with the move, as you should know"),
        (Severity.ASSUMED, "Assumed"),
        (Severity.HANDLED, "Taken care of"),
    ):
        hazards = [hazard for hazard in plan.hazards if hazard.severity is severity]
        if hazards:
            yield Line()
            yield Line(title, "heading")
            for hazard in hazards:
                yield Line(f"  {hazard}", "warning" if severity is not Severity.HANDLED else "")
                yield from (Line(f"    what would help: {remedy}", "faint") for remedy in hazard.remedies)


def moves_lines(moves: Sequence[Move]) -> Iterator[Line]:
    """What was seen to move, a line for each pair of modules."""
    for move in moves:
        yield Line(f"{_names(move.names)} moved from {move.source} to {move.destination}", "heading")
    if not moves:
        yield Line("nothing moved from one module to another", "faint")


def proof_lines(proof: Proof) -> Iterator[Line]:
    """Each check with a tick, what it says, and how many places it looked at."""
    yield Line("Proof", "heading")
    width = max((len(check.name) for check in proof.checks), default=0)
    for check in proof.checks:
        count = f"{check.examined:,} place{'' if check.examined == 1 else 's'} examined"
        mark, style = ("✓", "good") if check.held else ("✗", "bad")
        yield Line(f"  {mark} {check.name:<{width}}  {check.says} ({count})", style)
        yield from _findings(check)
    failed = sum(not check.held for check in proof.checks)
    if failed:
        yield Line(f"  {failed} of {len(proof.checks)} checks do not hold", "bad")


def refusal_lines(hazards: Sequence[Hazard]) -> Iterator[Line]:
    """What, where, why; then what would help."""
    for hazard in hazards:
        yield Line(f"refused: {hazard}", "bad")
        yield from (Line(f"  what would help: {remedy}") for remedy in hazard.remedies)


def _units(units: Sequence[UnitPlan], every_unit: bool) -> Iterator[Line]:
    stay = [unit for unit in units if unit.disposition is Disposition.STAYS]
    shown = units if every_unit else [unit for unit in units if unit.disposition is not Disposition.STAYS]
    what = max((len(_names(unit.names)) for unit in shown), default=0)
    verb = max((len(unit.disposition.value) for unit in shown), default=0)
    for unit in shown:
        text = f"  {_names(unit.names):<{min(what, 40)}}  {unit.disposition.value:<{verb}}  {unit.place}: {unit.reason}"
        yield Line(text, "faint" if unit.disposition is Disposition.STAYS else "")
    if stay and not every_unit:
        yield Line(f"  {len(stay)} other definition{'s stay' if len(stay) != 1 else ' stays'}", "faint")


def _findings(check: Check) -> Iterator[Line]:
    for findings, style, word in ((check.failures, "bad", "fails"), (check.declared, "faint", "to know")):
        for finding in findings[:_SHOWN]:
            yield Line(f"      {finding.place}: {finding.message}", style)
        if len(findings) > _SHOWN:
            yield Line(f"      ... and {len(findings) - _SHOWN} more ({word})", style)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "(no name)"
