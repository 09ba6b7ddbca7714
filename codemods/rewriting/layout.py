"""Statements with what belongs to them: comments above and beside, and the blank lines around."""

from __future__ import annotations

import ast
import re

from codemods.planning.edits.model import Replacement
from codemods.project import Source
from codemods.project.pragmas import LICENCE

_COOKIE = re.compile(r"#!|#.*coding[:=]|# *-\*-")
_ELSE = re.compile(r"\s*(?:else|elif|except|finally)\b")


def first_line(source: Source, node: ast.stmt) -> int:
    """The line on which a statement begins, decorators included."""
    decorators = getattr(node, "decorator_list", None)
    return min([node.lineno, *(d.lineno for d in decorators or ())])


def indentation(source: Source) -> str:
    """What one level is indented by in this file."""
    for node in source.tree.body:
        for inside in getattr(node, "body", ()):
            indent = source.text[source.line_starts[inside.lineno - 1] : source.start(inside)]
            if indent and not indent.strip():
                return indent
    return "    "


def last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def documented(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = function.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def has_its_lines(source: Source, node: ast.stmt) -> bool:
    """Has the statement its lines for itself, comments aside?"""
    last = last_line(node)
    before = source.text[source.line_starts[node.lineno - 1] : source.start(node)]
    after = source.text[source.end(node) : source.line_starts[last - 1] + len(source.line(last))].strip()
    return not before.strip() and (not after or after.startswith("#"))


def blocks(spans: list[tuple[int, int]], source: Source) -> list[tuple[int, int]]:
    """Spans with nothing but blank lines between them, joined."""
    joined: list[tuple[int, int]] = []
    for top, bottom in sorted(spans):
        if joined and all(blank(source, n) for n in range(joined[-1][1] + 1, top)):
            joined[-1] = (joined[-1][0], max(bottom, joined[-1][1]))
        else:
            joined.append((top, bottom))
    return joined


def file_head(source: Source, first: int) -> int:
    """The last line of what at the very top is about the file, no statement standing above line ``first``: comments
    that a blank line sets off, or that speak of a licence; else a shebang and a coding cookie."""
    last = 0
    while last + 1 < first and source.line(last + 1).strip().startswith("#"):
        last += 1
    if last + 1 < first or any(LICENCE.search(source.line(number)) for number in range(1, last + 1)):
        return last
    return max((number for number in (1, 2) if number <= last and _COOKIE.match(source.line(number))), default=0)


def text_of(source: Source, lines: tuple[int, int]) -> tuple[int, int]:
    """The offsets of a span of lines, the last line's end included."""
    start = source.line_starts[lines[0] - 1]
    end = source.line_starts[lines[1]] if lines[1] < len(source.line_starts) else len(source.text)
    return start, end


def blank(source: Source, number: int) -> bool:
    """Is this an existing line with nothing on it (a form feed counts as something)?"""
    line = source.line(number)
    return bool(line) and not line.strip(" \t\r\n")


def _parted(source: Source, top: int, bottom: int) -> bool:
    """Is there a blank line between the statements on these lines?"""
    inside = [node for node in source.tree.body if top <= node.lineno <= bottom]
    return any(blank(source, last_line(node) + 1) for node in inside if last_line(node) < bottom)


def _definition_at(source: Source, line: int) -> bool:
    """Does a function or a class stand on this line, its decorators and the comments right above counted in?"""
    while source.line(line).strip().startswith("#"):
        line += 1
    return any(
        first_line(source, node) <= line <= last_line(node)
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    )


def removal(source: Source, top: int, bottom: int) -> Replacement:
    """Lines ``top`` to ``bottom`` go; of the blank lines around them the larger gap stays, and none at the file's
    end."""
    above = top
    while above > 1 and blank(source, above - 1):
        above -= 1
    below = bottom
    while blank(source, below + 1):
        below += 1
    gap_above, gap_below = top - above, below - bottom
    start = source.line_starts[above - 1]
    at_end = not source.line(below + 1)
    end = source.line_starts[below] if below < len(source.line_starts) else len(source.text)
    if at_end:
        # The file ends as it ended: with a line end, or without.
        ended = source.text.endswith(("\n", "\r"))
        if not ended and start:
            start -= len(source.newline) if source.text[:start].endswith(source.newline) else 1
        return Replacement(start, len(source.text), "")
    gap = max(gap_above, gap_below) if above > 1 else 0
    if _ELSE.match(source.line(below + 1)):
        gap = gap_below  # nothing of its block stands between
    if above > 1 and not gap and _parted(source, top, bottom):
        gap = 1
    if gap > 1 and not _definition_at(source, above - 1) and not _definition_at(source, below + 1):
        gap = max(1, min(gap_above, gap_below))
    return Replacement(start, end, source.newline * gap)
