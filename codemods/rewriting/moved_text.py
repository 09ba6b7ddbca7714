"""The text of moved statements as it will stand in the destination."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, takewhile

from codemods.planning.edits.model import Body, LateImport, NewImport, Replacement
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.dropping import dropped_imports, merged
from codemods.rewriting.layout import blank, blocks, documented, last_line, removal, text_of
from codemods.rewriting.regions import Region, regions
from codemods.rewriting.spans import spans
from codemods.rewriting.splice import splice


def moved_text(body: Body, style: ImportStyle, marked: str = "") -> str:
    """The statements in order with their comments, edits made, and blank lines between them as PEP 8 has them;
    ``marked``: imports that stand below the mark that opens the first."""
    source = body.module.source
    lines = spans(source, body.module.statements, body.statements)
    fewer, whole = dropped_imports(source, body.dropped)
    gone = [removal(source, top, bottom) for top, bottom in blocks(whole, source)]
    edits = merged(source, [*body.edits, *_late(source, body.late, style), *fewer, *gone])
    pieces: list[str] = []
    around = _around(source, body)
    for index, (statement, (top, bottom)) in enumerate(zip(body.statements, lines, strict=True)):
        if index and lines[index - 1][1] >= top:
            # Two statements on one line are one piece of text.
            if lines[index - 1][1] >= bottom:
                continue
            top = lines[index - 1][1] + 1
        start, end = text_of(source, (top, bottom))
        own = [Replacement(e.start - start, e.end - start, e.text) for e in edits if start <= e.start and e.end <= end]
        text = splice(source.text[start:end], own)
        if not text.endswith(("\n", "\r")):
            text += source.newline
        opened = [r.opens for r in around[index] if r not in around[index - 1] or not index]
        closed = [r.closes for r in reversed(around[index]) if r not in around[index + 1]]
        if marked and not index:
            big = isinstance(statement.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            opened = [*opened, *marked.split("\n"), *([""] * (2 if big else 1))]
        text = "".join(mark + source.newline for mark in opened) + text
        text += "".join(mark + source.newline for mark in closed)
        if index:
            previous = body.statements[index - 1]
            adjacent = previous.index + 1 == statement.index
            pieces.append(source.newline * _gap(source, previous.node, statement.node, top, adjacent))
        pieces.append(text)
    return "".join(pieces)


def _around(source: Source, body: Body) -> list[list[Region]]:
    """For each statement the regions of which a part moves with it, from the outside in; nothing for a last one."""
    split = sorted(regions(source, body.module.statements, body.statements).split, key=lambda region: region.top)
    return [*([r for r in split if r.opens and r.covers(s.node.lineno)] for s in body.statements), []]


def _gap(source: Source, previous: ast.stmt, node: ast.stmt, top: int, adjacent: bool) -> int:
    """Blank lines between two moved statements: what stood between neighbours, none in a paragraph, else PEP 8's."""
    if adjacent:
        count, number = 0, top - 1
        while number > 0 and blank(source, number):
            count, number = count + 1, number - 1
        return count
    big = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    paragraph = not any(blank(source, number) for number in range(last_line(previous) + 1, top))
    if paragraph and not isinstance(previous, big) and not isinstance(node, big):
        return 0
    return 2 if isinstance(previous, big) or isinstance(node, big) else 1


def _late(source: Source, late: tuple[LateImport, ...], style: ImportStyle) -> list[Replacement]:
    """Import lines at the start of functions, below the docstring."""
    by_function: dict[int, list[LateImport]] = {}
    for item in late:
        by_function.setdefault(id(item.function), []).append(item)
    found = []
    for items in by_function.values():
        function = items[0].function
        body = function.body[1:] if documented(function) and len(function.body) > 1 else function.body
        first = body[0]
        new = sorted(dict.fromkeys(item.new for item in items), key=lambda n: render.place(n, style))
        start = source.start(first)
        top = _line(first)
        indent = source.text[source.line_starts[top - 1] : start]
        if indent.strip():
            # The body stands on the line of its def (or shares one): the import joins it there.
            text = "".join(line.strip() + "; " for line in render.lines(new, "", replace(style, line_length=10_000)))
            found.append(Replacement(start, start, text))
            continue
        head = [*takewhile(lambda n: isinstance(n, (ast.Import, ast.ImportFrom)), body)]
        if not head:
            while source.line(top - 1).strip().startswith("#") and top - 1 > function.lineno:
                top -= 1
            at = source.line_starts[top - 1]
            lines = "\n\n".join(render.sections(new, indent, style)).split("\n")
            found.append(Replacement(at, at, "".join(line + source.newline for line in [*lines, ""])))
        else:
            found += [_among(source, head, one, indent, style) for one in _by_module(new)]
    return found


def _by_module(new: list[NewImport]) -> Iterator[list[NewImport]]:
    for _, members in groupby(new, key=lambda n: n.module):
        yield list(members)


def _among(source: Source, head: list[ast.stmt], new: list[NewImport], indent: str, style: ImportStyle) -> Replacement:
    """Imports of one module put among those that a function begins with, a blank line between sections."""
    mine = render.place(new[0], style)
    standing = [(render.place_of(node, style), node) for node in head if isinstance(node, (ast.Import, ast.ImportFrom))]
    before = [(rank, node) for rank, node in standing if rank <= mine]
    after = standing[len(before) :]
    text = "".join(line + source.newline for line in render.lines(new, indent, style))
    if not before:
        gap = source.newline if after[0][0][0][0] != mine[0][0] else ""
        at = source.line_starts[_line(after[0][1]) - 1]
        return Replacement(at, at, text + gap)
    last = before[-1][1]
    gap = source.newline if before[-1][0][0][0] != mine[0][0] else ""
    number = last.end_lineno or last.lineno
    at = source.line_starts[number] if number < len(source.line_starts) else len(source.text)
    below = source.newline if after and after[0][0][0][0] != mine[0][0] and not blank(source, number + 1) else ""
    return Replacement(at, at, gap + text + below)


def _line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return min([node.lineno, *(d.lineno for d in decorators or ())])
