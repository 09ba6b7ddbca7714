"""Files that import moved names, and strings that name them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import replace

from codemods.planning.edits import FileEdits, NewImport, Rehome, Replacement
from codemods.planning.import_style import ImportStyle, Rank
from codemods.project import Names, Source
from codemods.rewriting import render, surgery
from codemods.rewriting.inserting import Inserter
from codemods.rewriting.layout import indentation, removal
from codemods.rewriting.placing import Header, header, in_order
from codemods.rewriting.splice import splice


def rewrite_other(file: FileEdits, names: Names, style: ImportStyle) -> bytes:
    """The new bytes of an importer."""
    assert file.module is not None, "texts that are no Python are spliced"
    source = file.module.source
    by_statement: dict[int, list[Rehome]] = defaultdict(list)
    for rehome in file.rehomes:
        by_statement[id(rehome.item.node)].append(rehome)
    head = header(source)
    style = style.seen_from(names.dotted(file.path).partition(".")[0])
    style = replace(style, indent=indentation(source))
    inserter = Inserter(source, head, style, set(by_statement))
    edits: list[Replacement] = list(file.strings)
    for group in by_statement.values():
        edits += _statement(source, head, inserter, group, style)
    edits += inserter.edits()
    return source.encode(splice(source.text, edits))


def rewrite_text(file: FileEdits, raw: bytes) -> bytes:
    """The new bytes of a file that is no Python: UTF-8, as it was read."""
    return splice(raw.decode(), file.strings).encode()


def _statement(
    source: Source, head: Header, inserter: Inserter, group: list[Rehome], style: ImportStyle
) -> list[Replacement]:
    node = group[0].item.node
    assert isinstance(node, ast.ImportFrom)
    start, end = source.start(node), source.end(node)
    text = source.text[start:end]
    top_level = any(node is n for n in head.imports)
    module = group[0].module
    news = [NewImport(module, r.item.attribute, r.item.asname, _pragma(source, r)) for r in group]
    joins = top_level and all(inserter.stands_above(new, node.lineno) for new in news) and _alone(source, node)
    if len(group) == len(node.names):
        if joins:
            for new in news:
                inserter.add(new)
            return [_line_removal(source, node)]
        if top_level and _leaves_order(head, node, module, style) and _alone(source, node) and _plain(source, node):
            for new in news:
                inserter.add(new, node.lineno - 1)
            return [_line_removal(source, node)]
        run = [] if top_level else _run(source, node, style)
        if run and not _fits(run, node, module, style):
            return [_line_removal(source, node), _put_in(source, run, node, news, style)]
        parts = [*"." * node.level, *re.split(r"(\.)", node.module or "")]
        written = r"\s*".join(re.escape(part) for part in parts if part)
        found = re.match(rf"from\s*({written})", text)
        assert found is not None
        pad = " " if not text[4:5].isspace() else ""
        return [
            Replacement(
                start + found.start(1),
                start + found.end(1),
                pad + module + ("" if text[found.end(1)].isspace() else " "),
            )
        ]
    left = surgery.without(text, frozenset(r.item.index for r in group))
    assert left is not None
    if top_level and _alone(source, node):
        for new in news:
            inserter.add(new, node.end_lineno)
        return [Replacement(start, end, left)]
    line = source.line(node.lineno)
    indent = line[: len(line) - len(line.lstrip())]
    if not _alone(source, node):
        inline = "; ".join(render.lines(news, "", replace(style, line_length=10_000)))
        return [Replacement(start, end, f"{left}; {inline}")]
    if run := _run(source, node, style):
        return [Replacement(start, end, left), _put_in(source, run, node, news, style)]
    added = source.newline.join(render.lines(news, indent, style))
    tail_end = (
        source.line_starts[node.end_lineno or node.lineno]
        if (node.end_lineno or 0) < len(source.line_starts)
        else len(source.text)
    )
    tail = source.text[end:tail_end].rstrip("\r\n")
    if min(render.place(new, style) for new in news) < render.rank_of(node, style):
        # Above the others, as isort has it; comments above the statement speak of what follows.
        return [Replacement(start, start, added.lstrip() + source.newline + indent), Replacement(start, end, left)]
    return [Replacement(start, end + len(tail), f"{left}{tail}{source.newline}{added}")]


def _leaves_order(head: Header, node: ast.ImportFrom, module: str, style: ImportStyle) -> bool:
    """Do the leading imports stand in isort's order, and would not with another module in this place?"""
    level = len(module) - len(module.lstrip("."))
    new = ast.ImportFrom(module.lstrip(".") or None, node.names, level)
    there = Header(tuple(new if n is node else n for n in head.imports), head.after, None)
    return in_order(head, style) and not in_order(there, style)


def _plain(source: Source, node: ast.stmt) -> bool:
    """One line, no comment of its own: nothing is lost when it is written anew."""
    return node.lineno == node.end_lineno and "#" not in source.line(node.lineno) + source.line(node.lineno - 1)


def _run(source: Source, node: ast.ImportFrom, style: ImportStyle) -> list[ast.ImportFrom]:
    """The ``from`` imports around one inside of a block, line by line; none where they stand in no order."""
    for outer in ast.walk(source.tree):
        for body in (getattr(outer, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(body, list) and any(n is node for n in body) and not isinstance(outer, ast.Module):
                return _ordered_around(source, body, node, style)
    return []


def _ordered_around(
    source: Source, body: list[ast.stmt], node: ast.ImportFrom, style: ImportStyle
) -> list[ast.ImportFrom]:
    at = next(i for i, n in enumerate(body) if n is node)
    first = last = at
    while first > 0 and _adjoins(source, body[first - 1], body[first]):
        first -= 1
    while last + 1 < len(body) and _adjoins(source, body[last], body[last + 1]):
        last += 1
    run = [n for n in body[first : last + 1] if isinstance(n, ast.ImportFrom)]
    keys = [_order(_written(n), style) for n in run]
    return run if len(run) > 1 and keys == sorted(keys) else []


def _adjoins(source: Source, one: ast.stmt, two: ast.stmt) -> bool:
    both = isinstance(one, ast.ImportFrom) and isinstance(two, ast.ImportFrom)
    return both and two.lineno == (one.end_lineno or one.lineno) + 1 and _alone(source, one) and _alone(source, two)


def _written(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _fits(run: list[ast.ImportFrom], node: ast.ImportFrom, module: str, style: ImportStyle) -> bool:
    """Is the run still in order if this statement names ``module``?"""
    keys = [_order(module if n is node else _written(n), style) for n in run]
    return keys == sorted(keys)


def _put_in(
    source: Source, run: list[ast.ImportFrom], node: ast.ImportFrom, news: list[NewImport], style: ImportStyle
) -> Replacement:
    """New lines where the order of the run has them."""
    key = _order(news[0].module, style)
    above = [n for n in run if _order(_written(n), style) <= key]
    at = source.line_starts[(above[-1].end_lineno or 0) if above else run[0].lineno - 1 :][:1] or [len(source.text)]
    indent = " " * node.col_offset if not source.line(node.lineno).startswith("\t") else "\t" * node.col_offset
    text = "".join(line + source.newline for line in render.lines(news, indent, style))
    return Replacement(at[0], at[0], text)


def _pragma(source: Source, rehome: Rehome) -> str:
    """What linters and type checkers are told about this name, or people on a line that is only its own."""
    names = rehome.item.node.names
    alias = names[rehome.item.index]
    own = alias.end_lineno or alias.lineno
    alone = len(names) > 1 and all(other is alias or other.lineno != own for other in names)
    for number in (own, rehome.item.node.lineno, rehome.item.node.end_lineno or 0):
        comment = _comment(source, number)
        pragma = any(word in comment for word in ("noqa", "type: ignore", "pyright:", "pylint:"))
        if comment and (pragma or (number == own and alone)):
            return "# " + comment
    return ""


def _comment(source: Source, number: int) -> str:
    return source.line(number).partition("#")[2].strip()


def _order(module: str, style: ImportStyle) -> Rank:
    name = module.lstrip(".")
    return style.rank(name, len(module) - len(name), False)


def _alone(source: Source, node: ast.stmt) -> bool:
    """Has the statement its lines for itself, comments aside?"""
    before = source.text[source.line_starts[node.lineno - 1] : source.start(node)]
    after = source.line(node.end_lineno or node.lineno)
    rest = source.text[source.end(node) : source.line_starts[(node.end_lineno or node.lineno) - 1] + len(after)].strip()
    return not before.strip() and (not rest or rest.startswith("#"))


def _line_removal(source: Source, node: ast.stmt) -> Replacement:
    last = node.end_lineno or node.lineno
    start = source.line_starts[node.lineno - 1]
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return Replacement(start, end, "")


__all__ = ["removal", "rewrite_other", "rewrite_text"]
