"""What people read: lines of text with a style each, made without knowing where they will be shown.

Here is everything that there is to say of a plan and a proof, as `-v` shows it; `summary.py` says it in a few lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codemods.model import Check, Disposition, GroupPlan, Hazard, Plan, Proof, Severity

# How many places a check names before it only counts them.
_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """One line, and what it is: heading, good, bad, warning, faint, added, removed, or plain."""

    text: str = ""
    style: str = ""


def plan_lines(plan: Plan) -> Iterator[Line]:
    """One line a group (what, where it goes, why), then the files with what happens to them, then the hazards."""
    yield from head_lines(plan)
    for file in plan.files:
        yield Line()
        yield Line(file.path, "heading")
        yield from (Line(f"  {action}") for action in (*file.actions, *file.kept))
    for severity, title, style in (
        (Severity.REFUSES, "Refuses the move", "bad"),
        (Severity.DECLARED, "To know", "warning"),
        (Severity.ASSUMED, "Assumed", ""),
        (Severity.HANDLED, "Taken care of", ""),
    ):
        hazards = [hazard for hazard in plan.hazards if hazard.severity is severity]
        if hazards:
            yield Line()
            yield Line(title, "heading")
            for hazard in hazards:
                yield Line(f"  {hazard}", style)
                yield from help_lines(hazard.remedies, "    ")


def head_lines(plan: Plan) -> Iterator[Line]:
    """What was asked, and one line a group."""
    for move in plan.moves:
        if move.whole:
            yield Line(f"Rename {move.source} to {move.destination}", "heading")
            continue
        if not move.names:
            yield Line(f"Make {move.source} a package: {move.destination}", "heading")
            continue
        yield Line(f"Move {names_text(move.names)} from {move.source} to {move.destination}", "heading")
    what = max((len(names_text(group.names)) for group in plan.groups), default=0)
    verb = max((len(group.disposition.value) for group in plan.groups), default=0)
    for group in plan.groups:
        text = f"  {names_text(group.names):<{min(what, 40)}}  {group.disposition.value:<{verb}}"
        yield Line(f"{text}  {group.place}: {group.reason}", "faint" if group.disposition is Disposition.STAYS else "")


def proof_lines(proof: Proof) -> Iterator[Line]:
    """Each check with a tick, what it says, and how many places it looked at; no tick where it looked at none. Then
    the verdict, and what the proof assumes."""
    yield Line("Proof", "heading")
    width = max((len(check.name) for check in proof.checks), default=0)
    for check in proof.checks:
        yield _check_line(check, width)
        yield from _findings(check)
    yield verdict_line(proof)
    yield from (Line(f"  assumes: {message}") for message in assumptions(proof))


def _check_line(check: Check, width: int) -> Line:
    if check.held and not check.examined:
        return Line(f"  - {check.name:<{width}}  nothing to check in this change", "faint")
    mark, style = ("✓", "good") if check.held else ("✗", "bad")
    return Line(f"  {mark} {check.name:<{width}}  {check.says} ({counted(check.examined, 'place')})", style)


def assumptions(proof: Proof) -> tuple[str, ...]:
    """What the proof takes for granted, each once, with the evidence that was looked for."""
    return tuple(dict.fromkeys(finding.message for check in proof.checks for finding in check.assumptions))


def verdict_line(proof: Proof) -> Line:
    """The proof in one line: how many checks found something to look at, and at how many places."""
    failed = sum(not check.held for check in proof.checks)
    if failed:
        return Line(f"The proof does not hold: {failed} of {counted(len(proof.checks), 'check')} failed", "bad")
    looked = [check for check in proof.checks if check.examined]
    places = sum(check.examined for check in looked)
    return Line(f"Proof holds: {counted(len(looked), 'check')}, {counted(places, 'place')}", "good")


def help_lines(remedies: Iterable[str], indent: str = "  ") -> Iterator[Line]:
    """What to do, each once."""
    for remedy in dict.fromkeys(remedies):
        yield Line(f"{indent}help: {remedy}")


def grouped(hazards: Iterable[Hazard]) -> dict[str, list[Hazard]]:
    """The hazards of each code, in the order in which codes come first."""
    found: dict[str, list[Hazard]] = {}
    for hazard in dict.fromkeys(hazards):
        found.setdefault(hazard.code, []).append(hazard)
    return found


def names_text(names: Sequence[str], limit: int = 0) -> str:
    """The names behind one another; with a limit, so many of them and the count of the others."""
    if limit and len(names) > limit:
        return f"{', '.join(names[:limit])} and {len(names) - limit} more"
    return ", ".join(names) or "everything"


def counted(number: int, thing: str) -> str:
    """`1 file`, `2,381 files`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _findings(check: Check) -> Iterator[Line]:
    for findings, style, word in ((check.failures, "bad", "fails"), (check.declared, "faint", "to know")):
        for finding in findings[:_SHOWN]:
            yield Line(f"      {finding.place}: {finding.message}", style)
        if len(findings) > _SHOWN:
            yield Line(f"      ... and {len(findings) - _SHOWN:,} more ({word})", style)


def group_names(groups: Iterable[GroupPlan]) -> tuple[str, ...]:
    """All names of some groups, in their order."""
    return tuple(name for group in groups for name in group.names)
