"""A change in a dozen lines: what moved where, what moved with it and why, who was rewritten, what to know, the proof.

Everything else is for `-v` (lines.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from codemods.model import Disposition, GroupPlan, Hazard, Move, Place, Plan, Proof, Severity
from codemods.report.lines import (
    Line,
    assumptions,
    counted,
    group_names,
    grouped,
    head_lines,
    help_lines,
    names_text,
    verdict_line,
)

# So many names in a line, reasons, files, causes to know of and assumptions are shown; the rest is only counted.
_NAMES, _REASONS, _FILES, _CAUSES, _ASSUMED = 6, 2, 3, 2, 5
# A report has so many lines; assumptions take the room that is left, at least one line of it.
_LINES = 11


def moved_lines(plan: Plan, made: Collection[str], written: Sequence[str], proof: Proof) -> Iterator[Line]:
    """What a move did: ``made`` are the files that are new, ``written`` all that were touched."""
    lines = list(_done_lines(plan, made, written, proof))
    yield from lines
    yield from _assumed(plan, proof, _LINES - len(lines))


def _done_lines(plan: Plan, made: Collection[str], written: Sequence[str], proof: Proof) -> Iterator[Line]:
    for move in plan.moves:
        new = " (new file)" if move.destination in made else ""
        names = names_text(_asked(plan, move), _NAMES)
        if move.whole:
            yield Line(f"Renamed {move.source} to {move.destination}", "heading")
            continue
        if not move.names:
            yield Line(f"Made {move.source} a package: {move.destination}", "heading")
            continue
        yield Line(f"Moved {names} from {move.source} to {move.destination}{new}", "heading")
    yield from _bound_together(plan)
    yield from _companions(plan.groups)
    ends = {path for move in plan.moves for path in (move.source, move.destination)}
    yield from _files("Rewrote", [path for path in written if path not in ends])
    yield from _kept(plan)
    yield from know_lines(_to_know(plan, proof))
    yield verdict_line(proof)


def plan_summary_lines(plan: Plan) -> Iterator[Line]:
    """What a move would do: the definitions line by line, the files counted."""
    yield from head_lines(plan)
    ends = {path for move in plan.moves for path in (move.source, move.destination)}
    yield from _files("Rewrites", [file.path for file in plan.files if file.actions and file.path not in ends])
    yield from _kept(plan)
    yield from know_lines(hazard for hazard in plan.hazards if hazard.severity is Severity.DECLARED)
    yield from _assumed(plan)


def know_lines(hazards: Iterable[Hazard]) -> Iterator[Line]:
    """One line a cause: its first place, and how many more there are like it."""
    causes = grouped(hazards)
    for found in list(causes.values())[:_CAUSES]:
        more = f" (and {len(found) - 1:,} more like it, see -v)" if len(found) > 1 else ""
        yield Line(f"  note: {found[0]}{more}", "warning")
        if len(causes) == 1:
            yield from help_lines(found[0].remedies[:1], "    ")
    if len(causes) > _CAUSES:
        yield Line(f"  {counted(len(causes) - _CAUSES, 'more note')} with -v", "faint")


def _asked(plan: Plan, move: Move) -> tuple[str, ...]:
    """The names of the move in the order of the file; those of the request where the plan has no groups."""
    moved = [u for u in plan.groups if u.disposition is Disposition.MOVES and u.place.path == move.source]
    return tuple(name for name in group_names(moved) if name in move.names) or move.names


def _bound_together(plan: Plan) -> Iterator[Line]:
    """Names that nobody asked for, and that can't be moved without those that were."""
    asked = {(move.source, name) for move in plan.moves for name in move.names}
    for group in (group for group in plan.groups if group.disposition is Disposition.MOVES):
        here = [name for name in group.names if (group.place.path, name) in asked]
        more = [name for name in group.names if name not in here]
        if here and more:
            names = names_text(more, _NAMES)
            yield Line(f"  moves with it: {names}: bound or changed together with {names_text(here, _NAMES)}")


def _companions(groups: Sequence[GroupPlan]) -> Iterator[Line]:
    """What moved with it, a line for each reason."""
    reasons: dict[tuple[str, str], list[GroupPlan]] = {}
    for group in groups:
        if group.disposition not in (Disposition.MOVES, Disposition.STAYS):
            reasons.setdefault((group.disposition.value, group.reason), []).append(group)
    for (how, reason), found in list(reasons.items())[:_REASONS]:
        yield Line(f"  {how}: {names_text(group_names(found), _NAMES)}: {reason}")
    rest = [group for found in list(reasons.values())[_REASONS:] for group in found]
    if rest:
        yield Line(f"  also moved: {names_text(group_names(rest), _NAMES)} (why: -v)")


def _files(verb: str, paths: Sequence[str]) -> Iterator[Line]:
    if paths:
        listed = f": {', '.join(paths)}" if len(paths) <= _FILES else " (listed with -v)"
        yield Line(f"{verb} {counted(len(paths), 'other file')}{listed}")


def _kept(plan: Plan) -> Iterator[Line]:
    """Importers that stay on the old path: the first with its reason, how many more there are."""
    kept = [f"{file.path} {said}" for file in plan.files for said in file.kept]
    more = f" (and {len(kept) - 1:,} more, see -v)" if len(kept) > 1 else ""
    yield from (Line(f"  {said}{more}") for said in kept[:1])


def _assumed(plan: Plan, proof: Proof | None = None, room: int = _ASSUMED) -> Iterator[Line]:
    """What is taken for granted, each with what was looked for."""
    planned = (hazard.reason for hazard in plan.hazards if hazard.severity is Severity.ASSUMED)
    reasons = list(dict.fromkeys((*planned, *(assumptions(proof) if proof else ()))))
    room = max(1, min(room, _ASSUMED))
    shown = len(reasons) if len(reasons) <= room else room - 1
    yield from (Line(f"  assumes: {reason}") for reason in reasons[:shown])
    if len(reasons) > shown:
        more = "more assumption" if shown else "assumption"
        yield Line(f"  {counted(len(reasons) - shown, more)}, listed with -v", "faint")


def _to_know(plan: Plan, proof: Proof) -> Iterator[Hazard]:
    """What the plan and the proof declare, most telling first: the plan gives reasons, the proof gives places."""
    known: set[Place] = set()
    for hazard in plan.hazards:
        if hazard.severity is Severity.DECLARED:
            known.add(hazard.place)
            yield hazard
    for check in proof.checks:
        for finding in check.declared:
            if finding.place not in known:
                yield Hazard(f"proof:{check.name}", finding.place, finding.message, (), Severity.DECLARED)
