"""Findings by their cause: one line a cause, the places that follow from it counted; what weighs most first."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.model import Finding, Kind

# What is lost weighs more than what is bound to something else.
_FIRST = ("unreadable-module", "missing-module", "missing-name", "unbound-name", "import-cycle", "test-lost")


@dataclass(frozen=True)
class Cause:
    """The first place at which something shows, and all others."""

    finding: Finding
    others: tuple[Finding, ...] = ()


def causes(findings: Iterable[Finding]) -> list[Cause]:
    """Most consequences first, then by weight of the code, then by place."""
    several: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        key = (finding.cause,) if finding.cause else (number,)
        several.setdefault(key, []).append(finding)
    found = [Cause(first, tuple(rest)) for first, *rest in map(_ordered, several.values())]
    return sorted(found, key=lambda one: (_rank(one.finding), -len(one.others), one.finding.place))


def _ordered(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (_rank(finding), finding.place))


def _rank(finding: Finding) -> int:
    return _FIRST.index(finding.code) if finding.code in _FIRST else len(_FIRST)


def severity(finding: Finding) -> str:
    """For machines that know three degrees."""
    return {Kind.BROKEN: "error", Kind.EDITED: "warning", Kind.OTHER: "info"}.get(finding.kind, "note")


def fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each with what it is known by in another run: the same when lines come or go above it."""
    seen: Counter[str] = Counter()
    for finding in findings:
        text = "\0".join((finding.code, finding.place.path, re.sub(r":\d+", "", finding.message)))
        seen[text] += 1
        yield finding, hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogateescape")).hexdigest()[:20]
