"""The text of moved statements as it will stand in the destination."""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.planning.edits import Body, LateImport, Replacement
from codemods.planning.import_style import ImportStyle
from codemods.project import Source
from codemods.rewriting import render
from codemods.rewriting.layout import blank, spans, text_of
from codemods.rewriting.splice import splice


def moved_text(body: Body, style: ImportStyle) -> str:
    """The statements in order with their comments, edits made, and blank lines between them as PEP 8 has them."""
    source = body.module.source
    lines = spans(source, body.module.statements, body.statements)
    edits = [*body.edits, *_late(source, body.late, style)]
    pieces: list[str] = []
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
        if index:
            previous = body.statements[index - 1]
            adjacent = previous.index + 1 == statement.index
            pieces.append(source.newline * _gap(source, previous.node, statement.node, top, adjacent))
        pieces.append(text)
    return "".join(pieces)


def _gap(source: Source, previous: ast.stmt, node: ast.stmt, top: int, adjacent: bool) -> int:
    """Blank lines between two moved statements: what stood between neighbours, else PEP 8's."""
    if adjacent:
        count, number = 0, top - 1
        while number > 0 and blank(source, number):
            count, number = count + 1, number - 1
        return count
    big = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return 2 if isinstance(previous, big) or isinstance(node, big) else 1


def _late(source: Source, late: tuple[LateImport, ...], style: ImportStyle) -> list[Replacement]:
    """Import lines at the start of functions, below the docstring."""
    by_function: dict[int, list[LateImport]] = {}
    for item in late:
        by_function.setdefault(id(item.function), []).append(item)
    found = []
    for items in by_function.values():
        function = items[0].function
        first = function.body[0]
        documented = (
            isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        )
        if documented and len(function.body) > 1:
            first = function.body[1]
        new = sorted(dict.fromkeys(item.new for item in items), key=lambda n: render.place(n, style))
        start = source.start(first)
        line_start = source.line_starts[_line(first) - 1]
        indent = source.text[line_start:start]
        if indent.strip():
            # The body stands on the line of its def (or shares one): the import joins it there.
            text = "".join(line.strip() + "; " for line in render.lines(new, "", replace(style, line_length=10_000)))
            found.append(Replacement(start, start, text))
        else:
            text = "".join(line + source.newline for line in render.lines(new, indent, style))
            if not isinstance(first, (ast.Import, ast.ImportFrom)):
                text += source.newline
            found.append(Replacement(line_start, line_start, text))
    return found


def _line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return min([node.lineno, *(d.lineno for d in decorators or ())])
