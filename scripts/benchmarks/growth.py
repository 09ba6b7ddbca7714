"""The growth curve as an SVG: seconds and memory over the number of files, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from benchmarks.measuring import Run
from benchmarks.table import Row

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 420, 300, 60, 40, 40
_COLOURS = {"floor": "#888888", "ours": "#d1495b", "plan": "#edae49", "done": "#00798c", "rope": "#30638e"}


def svg(rows: Sequence[Row]) -> str:
    """Two panels: seconds of processor, and megabytes."""
    grown = sorted((row for row in rows if row.size >= 1000), key=lambda row: row.size)
    panels = [
        _panel(grown, "seconds of processor", lambda run: run.processor, 0),
        _panel(grown, "megabytes at the peak", lambda run: run.megabytes, _WIDTH + _LEFT),
    ]
    width = 2 * (_WIDTH + _LEFT) + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT + _TOP + _BOTTOM + 20}"'
    style = ' font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>'
    return "\n".join([head + style, *panels, "</svg>"]) + "\n"


def _panel(rows: Sequence[Row], title: str, value: Callable[[Run], float], shift: int) -> str:
    lines = {
        name: [(row.size, value(row.runs[name])) for row in rows if name in row.runs and row.runs[name].ok]
        for name in _COLOURS
    }
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    across = _Axis([x for x, _ in points], shift + _LEFT, _WIDTH - 20)
    up = _Axis([y for _, y in points], _TOP + _HEIGHT, -_HEIGHT)
    parts = [f'<text x="{shift + _LEFT}" y="{_TOP - 16}" font-weight="bold">{title}, by number of files</text>']
    for tick in up.ticks:
        y = up.at(tick)
        parts.append(f'<path d="M{shift + _LEFT} {y:.1f}H{shift + _LEFT + _WIDTH - 20}" stroke="#dddddd"/>')
        parts.append(f'<text x="{shift + _LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for size in sorted({x for x, _ in points}):
        x = across.at(size)
        parts.append(f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{size:,}</text>')
    for index, (name, line) in enumerate(lines.items()):
        if line:
            path = "L".join(f"{across.at(x):.1f} {up.at(y):.1f}" for x, y in line)
            colour = _COLOURS[name]
            parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{across.at(x):.1f}" cy="{up.at(y):.1f}" r="3" fill="{colour}"/>' for x, y in line]
            parts.append(f'<text x="{shift + _LEFT + 8}" y="{_TOP + 12 + 14 * index}" fill="{colour}">{name}</text>')
    return "\n".join(parts)


class _Axis:
    """A logarithmic axis over some values, from ``start`` over ``length`` pixels."""

    def __init__(self, values: Sequence[float], start: float, length: float) -> None:
        self.low = math.floor(math.log10(max(min(values), 1e-3)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.length = start, length

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]

    def at(self, value: float) -> float:
        share = (math.log10(max(value, 1e-3)) - self.low) / (self.high - self.low)
        return self.start + share * self.length
