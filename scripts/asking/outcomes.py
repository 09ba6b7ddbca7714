"""What became of each definition of a package that was moved alone, and the table of it."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from dataclasses import dataclass

MOVED, BLEMISHED, REFUSED, BROKEN, CRASHED = "moved", "blemished", "refused", "BROKEN", "CRASHED"


@dataclass(frozen=True)
class Result:
    """What became of one move."""

    package: str
    source: str
    name: str
    verdict: str
    seconds: float
    code: str = ""
    said: str = ""
    unasked: tuple[str, ...] = ()


def table(results: list[Result]) -> str:
    """A line a package, a line for all, and the reasons of refusals, counted."""
    head = f"{'package':<24}{'definitions':>12}{'moved':>8}{'%':>7}{'as asked':>10}{'%':>7}{'blemished':>11}"
    head += f"{'refused':>9}{'BROKEN':>8}{'CRASHED':>9}{'s/move':>8}"
    lines = [head]
    packages = list(dict.fromkeys(r.package for r in results))
    for package in [*sorted(packages), ""]:
        some = [r for r in results if r.package == package or not package]
        count = Counter(r.verdict for r in some)
        try:
            label = f"{package} {importlib.metadata.version(package)}" if package else "all"
        except importlib.metadata.PackageNotFoundError:
            label = package
        share = 100 * count[MOVED] / len(some) if some else 0.0
        plain = sum(r.verdict == MOVED and not r.unasked for r in some)
        part = 100 * plain / count[MOVED] if count[MOVED] else 0.0
        middle = sorted(r.seconds for r in some)[len(some) // 2] if some else 0.0
        lines.append(
            f"{label:<24}{len(some):>12}{count[MOVED]:>8}{share:>7.1f}{plain:>10}{part:>7.1f}{count[BLEMISHED]:>11}{count[REFUSED]:>9}"
            f"{count[BROKEN]:>8}{count[CRASHED]:>9}{middle:>8.2f}"
        )
    reasons = Counter(r.code for r in results if r.verdict == REFUSED)
    lines += ["", f"{'refused because of':<34}{'count':>6}   an example"]
    for code, number in reasons.most_common():
        example = next(r for r in results if r.code == code)
        lines.append(f"{code:<34}{number:>6}   {example.package}: {example.name}: {example.said[:110]}")
    for result in results:
        if result.unasked:
            lines.append(f"unasked {result.source}:{result.name}: {' '.join(result.unasked)}")
        if result.verdict in (BLEMISHED, BROKEN, CRASHED):
            lines.append(f"{result.verdict} {result.source}:{result.name}: {result.said}")
    return "\n".join(lines)
