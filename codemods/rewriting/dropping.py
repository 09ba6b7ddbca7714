"""Imports that leave a file, names or whole statements, and edits that meet where something left."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from codemods.bindings import Import
from codemods.bindings.guards import is_type_checking
from codemods.planning.edits.model import Replacement
from codemods.project import Source, bodies, walk
from codemods.project.import_style import ImportStyle
from codemods.rewriting import surgery
from codemods.rewriting.layout import blank, documented


def dropped_imports(
    source: Source, items: tuple[Import, ...], promised: tuple[Import, ...] = (), comment: str = ImportStyle.kept
) -> tuple[list[Replacement], list[tuple[int, int]]]:
    """(edits that take names out of import statements, lines of statements that go whole); ``promised`` become ``X
    as X``, or get ``comment``."""
    edits: list[Replacement] = []
    whole: list[ast.stmt] = []
    for node in dict.fromkeys(item.node for item in (*items, *promised)):
        start, end = source.start(node), source.end(node)
        gone, kept = (frozenset(item.index for item in some if item.node is node) for some in (items, promised))
        left = surgery.without(source.text[start:end], gone, kept, _between(source, node), comment)
        if left is not None:
            edits.append(Replacement(start, end, left))
        else:
            whole.append(node)
    cuts, lines = _off_their_lines(source, whole)
    return [*edits, *cuts], _with_emptied_blocks(source, _with_gap_at_start(source, lines))


def _off_their_lines(source: Source, gone: list[ast.stmt]) -> tuple[list[Replacement], list[tuple[int, int]]]:
    """(edits that take statements off lines that they share, ``import os; import json``; lines that go whole)."""
    edits: list[Replacement] = []
    lines: list[tuple[int, int]] = []
    for group in _on_one_line(source, gone):
        kept = [node for node in group if node not in gone]
        if not kept:
            lines.append((group[0].lineno, group[-1].end_lineno or group[-1].lineno))
            continue
        for run, (node, following) in enumerate(pairwise([*group, None])):
            if node in gone and following is not None and following not in gone:
                first = next(i for i in range(run, -1, -1) if i == 0 or group[i - 1] not in gone)
                edits.append(Replacement(source.start(group[first]), source.start(following), ""))
        if group[-1] in gone:
            edits.append(Replacement(source.end(kept[-1]), source.end(group[-1]), ""))
    return edits, lines


def _on_one_line(source: Source, some: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The statements that share a line with one of these, each group once."""
    for body in (body for node in walk(source.tree) for body in bodies(node)) if some else ():
        group: list[ast.stmt] = []
        for node in body:
            if group and (group[-1].end_lineno or group[-1].lineno) < node.lineno:
                if any(one in some for one in group):
                    yield group
                group = []
            group.append(node)
        if any(one in some for one in group):
            yield group


def _between(source: Source, node: ast.stmt) -> str:
    """What stands between this statement and one that is put below it."""
    indent = source.text[source.line_starts[node.lineno - 1] : source.start(node)]
    return "; " if indent.strip() else source.newline + indent


def _with_gap_at_start(source: Source, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What stands first in a function goes with the blank lines below it."""
    if not lines:
        return []
    functions = (*source.nodes.of(ast.FunctionDef), *source.nodes.of(ast.AsyncFunctionDef))
    starts = {node.lineno for f in functions for node in f.body[1 if documented(f) and f.body[1:] else 0 :][:1]}
    found = []
    for top, bottom in lines:
        while top in starts and blank(source, bottom + 1):
            bottom += 1
        found.append((top, bottom))
    return found


def _with_emptied_blocks(source: Source, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """An ``if TYPE_CHECKING:`` from which every import goes, goes too."""
    found = list(lines)
    for node in source.tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse:
            inside = [(s.lineno, s.end_lineno or s.lineno) for s in node.body]
            if all(span in lines for span in inside):
                found = [span for span in found if span not in inside]
                found.append((node.lineno, node.end_lineno or node.lineno))
    return found


def merged(source: Source, edits: list[Replacement]) -> list[Replacement]:
    """Edits that do not overlap: where removals meet, their blank lines go once; a line put into a removed place
    stays there."""
    found: list[Replacement] = []
    put: dict[int, list[Replacement]] = defaultdict(list)
    for edit in sorted(edits, key=lambda e: (e.start, not _removes_line(source, e), e.end)):
        if found and edit.end < found[-1].end and edit.start == edit.end:
            put[len(found) - 1].append(edit)
        elif found and edit.start < found[-1].end <= edit.end:
            ended = source.text[: found[-1].start].endswith(("\n", "\r"))
            text = edit.text.removeprefix(source.newline) if ended else edit.text
            found.append(Replacement(found[-1].end, edit.end, text))
        else:
            found.append(edit)
    return [_refilled(source, edit, put[i]) if put[i] else edit for i, edit in enumerate(found)]


def _removes_line(source: Source, edit: Replacement) -> bool:
    """Does a statement stand at the start of this span, and nothing after the edit?"""
    return not edit.text.strip() and bool(source.text[edit.start : edit.end].split("\n", 1)[0].strip())


def _refilled(source: Source, gone: Replacement, put: list[Replacement]) -> Replacement:
    """New lines in the place of removed ones, between the blank lines that stood around these."""
    new, at, open_below = "", 0, 0
    for edit in put:
        above = source.text[gone.start : edit.start].splitlines()[at:]
        at += len(above)
        while above and above[-1].strip():
            above.pop()
        gap = len(above) - next((i for i in range(len(above), 0, -1) if above[i - 1].strip()), 0)
        gap = max(gap, open_below, int(edit.text.startswith(source.newline))) if gone.start or new else 0
        new += source.newline * gap + edit.text.strip("\r\n") + source.newline
        open_below = int(edit.text.endswith(source.newline * 2))
    lines = source.text[gone.start : gone.end].splitlines()
    below = next((i for i, line in enumerate(reversed(lines)) if line.strip()), 0)
    return Replacement(gone.start, gone.end, new + source.newline * max(below, open_below))
