"""A comparison and its checks as a review: one finding a place and cause, each definition that moved counted once.

The prover's checks are those of codemods' own moves. There everything that fails refuses the move; here the kind of a
finding says what it means to a reviewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from codemods.model import Check, Edit, Finding, Flow, Kind, Review
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.statements.pairing import Pair


def reviewed(comparison: Comparison, checks: Sequence[Check]) -> Review:
    """All findings of the checks, by weight, with what moved."""
    findings = dict.fromkeys(_of_cycles(list(_once(reviewed_checks(checks)))))
    edits = tuple(_edit(pair) for pair in (*comparison.pairing.pairs, *comparison.pairing.parts) if pair.edited)
    return Review(tuple(findings), tuple(_flows(comparison)), edits, comparison.found, tuple(checks))


def reviewed_checks(checks: Iterable[Check]) -> Iterator[Finding]:
    """What checks found, with a code each; what they declare or assume is a note."""
    for check in checks:
        yield from (_coded(check, finding) for finding in check.failures)
        notes = (*check.declared, *check.assumptions)
        yield from (replace(_coded(check, finding), kind=Kind.NOTE) for finding in notes)


def with_checks(review: Review, checks: Sequence[Check]) -> Review:
    """The review with what other checks found, of code that was run."""
    found = (*review.findings, *reviewed_checks(checks))
    return replace(review, findings=found, checks=(*review.checks, *checks))


def judged(review: Review, allowed: Collection[str] = (), only_moved: bool = False, strict: bool = False) -> Review:
    """The review with other changes that are expected (paths by glob, or all) as notes; ``strict``: style counts."""

    def kind(finding: Finding) -> Kind:
        if finding.kind is Kind.OTHER and (only_moved or any(fnmatchcase(finding.place.path, g) for g in allowed)):
            return Kind.NOTE
        return Kind.EDITED if strict and finding.kind is Kind.STYLE else finding.kind

    return replace(review, findings=tuple(replace(finding, kind=kind(finding)) for finding in review.findings))


def _coded(check: Check, finding: Finding) -> Finding:
    code = finding.code or "proof:" + check.name.replace(" ", "-")
    return replace(finding, code=code)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding a place and cause; the check of stubs and that of names may see the same."""
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        key = (finding.place.path, finding.place.line, finding.cause or finding.message, finding.kind)
        if key not in seen:
            seen.add(key)
            yield finding


def _of_cycles(findings: list[Finding]) -> Iterator[Finding]:
    """An import that fails in a new cycle has it as its cause; what is lost is not reported as removed as well."""
    cycles = {f.cause: f.cause.split()[1:] for f in findings if f.code == "import-cycle" and f.kind is Kind.BROKEN}
    tests = {f.place for f in findings if f.code in ("test-lost", "test-twice")}
    for finding in findings:
        if finding.place in tests and finding.code in ("removed", "copied"):
            continue
        if finding.code == "import-fails":
            path = finding.place.path
            cause = next((cause for cause, paths in cycles.items() if path in paths), finding.cause)
            finding = replace(finding, cause=cause)
        yield finding


def _edit(pair: Pair) -> Edit:
    return Edit(pair.old.place, pair.new.place, pair.old.text, pair.new.text)


def _flows(comparison: Comparison) -> Iterator[Flow]:
    """What went unchanged, a pair of modules each."""
    several: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in comparison.pairing.pairs:
        if pair.moved and not pair.edited:
            several[pair.old.path, pair.new.path].append(pair)
    whole = set(comparison.modules.items())
    for way in sorted(several.keys() | whole):
        pairs = several.get(way, [])
        names = tuple(sorted(name for pair in pairs for name in pair.old.names))
        yield Flow(*way, names, sum(not pair.old.names for pair in pairs), way in whole)
