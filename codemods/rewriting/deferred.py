"""Imports put at the start of functions, below the docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, takewhile

from codemods.planning.edits.model import DeferredImport, NewImport, Replacement
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.layout import blank, documented


def deferred_imports(source: Source, late: tuple[DeferredImport, ...], style: ImportStyle) -> list[Replacement]:
    """Import lines at the start of functions, below the docstring."""
    by_function: dict[int, list[DeferredImport]] = {}
    for item in late:
        by_function.setdefault(id(item.function), []).append(item)
    found = []
    for items in by_function.values():
        function = items[0].function
        inside = not isinstance(function, ast.If) and documented(function)
        body = function.body[1:] if inside and len(function.body) > 1 else function.body
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
