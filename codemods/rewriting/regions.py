"""Regions that comments open and close: ``# fmt: off`` … ``# fmt: on``, ``# region`` … ``# endregion``, and others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.bindings import Statement
from codemods.project import Source
from codemods.project.marks import closes_part, is_mark, marked_parts
from codemods.rewriting.layout import first_line, last_line

# Comments that switch any tool: off and on, disable and enable.
_SWITCH = re.compile(
    r"#\s*(?P<tool>[\w-]+):\s*(?P<way>off|on|disable|enable)(?![\w-])\s*(?P<what>=[\w ,-]+|\[[^]]*\])?"
)
_FOLD = re.compile(
    r"#\s*(?:(?P<open>region\b|\[START|<editor-fold)|(?P<close>endregion\b|\[END|</editor-fold))(?P<what>.*)"
)
_CLOSED_BY = {"off": "on", "disable": "enable"}


@dataclass(frozen=True)
class Region:
    """The lines of both markers, the lower one past the end of the file where none stands; what is written around a
    part of the region that stands elsewhere (empty: nothing)."""

    top: int
    bottom: int
    opens: str = ""
    closes: str = ""

    def covers(self, line: int) -> bool:
        return self.top < line < self.bottom


@dataclass(frozen=True)
class Regions:
    """The regions of a module from which some statements move."""

    whole: tuple[Region, ...] = ()  # everything inside moves
    split: tuple[Region, ...] = ()


def is_marker(comment: str) -> bool:
    """Does a comment open or close a region?"""
    return bool(_SWITCH.match(comment) or _FOLD.match(comment) or is_mark(comment))


def closes(comment: str) -> bool:
    """Does a comment close a region?"""
    fold, switch = _FOLD.match(comment), _SWITCH.match(comment)
    switch = (fold and fold["close"]) or (switch and switch["way"] not in _CLOSED_BY)
    return bool(switch) or closes_part(comment)


def comments_above(source: Source, line: int, floor: int, stop: Callable[[str], bool]) -> int:
    """The first of the comment lines right above a line, not up to line ``floor`` nor to a comment to stop at."""
    while line - 1 > floor and (text := source.line(line - 1).strip()).startswith("#") and not stop(text):
        line -= 1
    return line


def regions(source: Source, statements: tuple[Statement, ...], moving: tuple[Statement, ...]) -> Regions:
    """The regions of a module at its top level, seen from those of its statements that move."""
    going = {s.index for s in moving}
    # Whoever reads marked parts goes on looking for one here.
    split = [
        Region(part.top, part.bottom, part.opens, part.closes)
        for part in marked_parts(source)
        if any(part.covers(s.node.lineno) for s in moving)
    ]
    if not (_SWITCH.search(source.text) or _FOLD.search(source.text)):
        return Regions(split=tuple(split))
    taken = {n for s in statements for n in range(first_line(source, s.node), last_line(s.node) + 1)}
    comments = [
        (number, line.strip())
        for number in range(1, len(source.line_starts) + 1)
        if number not in taken and (line := source.line(number)).startswith("#")
    ]
    whole = []
    for region in _paired(comments, min(taken, default=0), len(source.line_starts) + 1):
        inside = [s for s in statements if region.covers(s.node.lineno)]
        moved = [s for s in inside if s.index in going]
        if moved:
            (whole if len(moved) == len(inside) else split).append(region)
    return Regions(tuple(whole), tuple(split))


def _paired(comments: list[tuple[int, str]], first: int, end: int) -> Iterator[Region]:
    opened: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for number, text in comments:
        if (fold := _FOLD.match(text)) is not None:
            key = ("", fold["what"].strip("> ]") if "[" in text else "")
            if fold["open"]:
                opened[key].append((number, text))
            elif opened[key]:
                yield Region(opened[key].pop()[0], number)
        elif (switch := _SWITCH.match(text)) is not None:
            key = (switch["tool"], switch["what"] or "")
            if switch["way"] in _CLOSED_BY:
                opened[key].append((number, text))
            elif opened[key]:
                top, opens = opened[key].pop()
                yield Region(top, number, opens, text)
    for (tool, _), left in opened.items():
        for top, opens in left:
            # One that nobody closes and that stands above everything is about the file.
            if tool and top > first:
                way = _SWITCH.match(opens)
                assert way is not None
                closes = opens[: way.start("way")] + _CLOSED_BY[way["way"]] + (way["what"] or "")
                yield Region(top, end, opens, closes)
