"""The text of moved statements as it will stand in the destination."""

from __future__ import annotations

import ast

from codemods.planning.edits.model import Body, Replacement
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting.deferred import deferred_imports
from codemods.rewriting.dropping import dropped_imports, merged
from codemods.rewriting.layout import blank, blocks, last_line, removal, text_of
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
    edits = merged(source, [*body.edits, *deferred_imports(source, body.late, style), *fewer, *gone])
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
