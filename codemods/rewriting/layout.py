"""Statements with what belongs to them: comments above and beside, and the blank lines around."""

from __future__ import annotations

import ast

from codemods.bindings import Statement
from codemods.planning.edits import Replacement
from codemods.project import Source


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


def blocks(spans: list[tuple[int, int]], source: Source) -> list[tuple[int, int]]:
    """Spans with nothing but blank lines between them, joined."""
    joined: list[tuple[int, int]] = []
    for top, bottom in sorted(spans):
        if joined and all(blank(source, n) for n in range(joined[-1][1] + 1, top)):
            joined[-1] = (joined[-1][0], max(bottom, joined[-1][1]))
        else:
            joined.append((top, bottom))
    return joined


def span(source: Source, statement: Statement, previous_end: int) -> tuple[int, int]:
    """The first and last line of a statement with its own comments: those right above it, no blank line between.

    ``previous_end`` is the last line of the statement before it (0 for none).
    """
    top = first_line(source, statement.node)
    bottom = _with_last_comments(source, statement.node)
    while top - 1 > previous_end and source.line(top - 1).strip().startswith("#"):
        top -= 1
    if previous_end == 0:
        top = _below_header(source, top, first_line(source, statement.node))
    return (*_with_format_region(source, top, bottom, previous_end),)  # type: ignore[return-value]


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


def _below_header(source: Source, top: int, start: int) -> int:
    """A shebang, a coding cookie or a licence at the very top belongs to the file."""
    return start if top == 1 and start > 1 else top


def _with_format_region(source: Source, top: int, bottom: int, previous_end: int) -> tuple[int, int]:
    """A ``# fmt: off`` above takes its ``# fmt: on`` below along."""
    above = [source.line(n).strip() for n in range(top, bottom + 1)][: max(0, bottom - top)]
    if any(line.replace(" ", "") == "#fmt:off" for line in above):
        number = bottom + 1
        while source.line(number) and (not source.line(number).strip() or source.line(number).strip().startswith("#")):
            if source.line(number).strip().replace(" ", "") == "#fmt:on":
                return top, number
            number += 1
    return top, bottom


def spans(source: Source, statements: tuple[Statement, ...], chosen: tuple[Statement, ...]) -> list[tuple[int, int]]:
    """The line spans of the chosen statements among all of a module."""
    ends = [0, *(last_line(s.node) for s in statements)]
    return [span(source, s, ends[s.index]) for s in chosen]


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
    if above > 1 and not gap and _parted(source, top, bottom):
        gap = 1
    if gap > 1 and not _definition_at(source, above - 1) and not _definition_at(source, below + 1):
        gap = max(1, min(gap_above, gap_below))
    return Replacement(start, end, source.newline * gap)
