"""Files that import moved names, and strings that name them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

from codemods.planning.edits import FileEdits, NewImport, Rehome, Replacement
from codemods.project import Names, Source
from codemods.rewriting import render, surgery
from codemods.rewriting.inserting import Inserter
from codemods.rewriting.layout import removal
from codemods.rewriting.placing import Header, header, rank
from codemods.rewriting.splice import splice


def rewrite_other(file: FileEdits, names: Names, limit: int) -> bytes:
    """The new bytes of an importer."""
    assert file.module is not None, "texts that are no Python are spliced"
    source = file.module.source
    by_statement: dict[int, list[Rehome]] = defaultdict(list)
    for rehome in file.rehomes:
        by_statement[id(rehome.item.node)].append(rehome)
    head = header(source)
    own_top = names.dotted(file.path).partition(".")[0]
    inserter = Inserter(source, head, own_top, limit, set(by_statement))
    edits: list[Replacement] = list(file.strings)
    for group in by_statement.values():
        edits += _statement(source, head, inserter, group, limit)
    edits += inserter.edits()
    return source.encode(splice(source.text, edits))


def rewrite_text(file: FileEdits, raw: bytes) -> bytes:
    """The new bytes of a file that is no Python: UTF-8, as it was read."""
    return splice(raw.decode(), file.strings).encode()


def _statement(source: Source, head: Header, inserter: Inserter, group: list[Rehome], limit: int) -> list[Replacement]:
    own_top = inserter.own_top
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
        inline = "; ".join(render.lines(news, "", 10_000))
        return [Replacement(start, end, f"{left}; {inline}")]
    added = source.newline.join(render.lines(news, indent, limit))
    old = "." * node.level + (node.module or "")
    if _order(module, own_top) < _order(old, own_top):
        return [Replacement(start, end, f"{added.removeprefix(indent)}{source.newline}{indent}{left}")]
    tail_end = (
        source.line_starts[node.end_lineno or node.lineno]
        if (node.end_lineno or 0) < len(source.line_starts)
        else len(source.text)
    )
    tail = source.text[end:tail_end].rstrip("\r\n")
    return [Replacement(start, end + len(tail), f"{left}{tail}{source.newline}{added}")]


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


def _order(module: str, own_top: str) -> tuple[int, int, int, str]:
    name = module.lstrip(".")
    return rank(name, len(module) - len(name), False, own_top)


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
