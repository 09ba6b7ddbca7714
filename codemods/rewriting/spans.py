"""The lines of statements with what belongs to them: comments above, at the end of a body, and markers around."""

from __future__ import annotations

import ast

from codemods.bindings import Statement
from codemods.project import Source
from codemods.rewriting.layout import blank, file_head, first_line, last_line
from codemods.rewriting.regions import Regions, comments_above, is_marker, regions


def spans(source: Source, statements: tuple[Statement, ...], chosen: tuple[Statement, ...]) -> list[tuple[int, int]]:
    """The line spans of the chosen statements among all of a module."""
    found = regions(source, statements, chosen)
    ends = [0, *(last_line(s.node) for s in statements)]
    starts = [*(first_line(source, s.node) for s in statements), len(source.line_starts) + 1]
    return [_span(source, s.node, ends[s.index], starts[s.index + 1], found) for s in chosen]


def _span(source: Source, node: ast.stmt, previous_end: int, next_start: int, found: Regions) -> tuple[int, int]:
    """The first and last line of a statement with its own comments, those right above it, no blank line between, and
    with the markers of regions that begin or end with it."""
    first = first_line(source, node)
    top, bottom = comments_above(source, first, previous_end, is_marker), _with_last_comments(source, node)
    for region in sorted(found.whole, key=lambda r: r.bottom - r.top):
        if previous_end < region.top < first:
            top = comments_above(source, region.top, previous_end, is_marker)
        if bottom < region.bottom < next_start and source.line(region.bottom):
            bottom = region.bottom
    if previous_end == 0:
        top = max(top, file_head(source, first) + 1)
    return top, bottom


def _with_last_comments(source: Source, node: ast.stmt) -> int:
    """The last line of a statement, with the comments at the end of its body: indented, nothing but blanks between."""
    bottom = number = last_line(node)
    while hasattr(node, "body") and (blank(source, number + 1) or _indented_comment(source, number + 1)):
        number += 1
        if not blank(source, number):
            bottom = number
    return bottom


def _indented_comment(source: Source, number: int) -> bool:
    line = source.line(number)
    return line[:1] in (" ", "\t") and line.strip().startswith("#")
