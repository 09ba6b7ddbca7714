"""Files that import moved names, and strings that name them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import replace

from codemods.planning.edits.model import FileEdits, ImportRetarget, NewImport, Replacement
from codemods.project import Names, Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render, surgery
from codemods.rewriting.dropping import dropped_imports, merged
from codemods.rewriting.inserting import Inserter
from codemods.rewriting.layout import blocks, has_its_lines, indentation, removal
from codemods.rewriting.placing import header, imports_around
from codemods.rewriting.splice import splice


def rewrite_other(file: FileEdits, names: Names, style: ImportStyle) -> bytes:
    """The new bytes of an importer."""
    assert file.module is not None, "texts that are no Python are spliced"
    source = file.module.source
    by_statement: dict[int, list[ImportRetarget]] = defaultdict(list)
    for rehome in file.rehomes:
        by_statement[id(rehome.item.node)].append(rehome)
    style = style.seen_from(names.dotted(file.path).partition(".")[0])
    style = replace(style, indent=indentation(source))
    inserters: dict[int, Inserter] = {}
    renamed = {id(g[0].item.node): g[0].module for g in by_statement.values() if len(g) == len(g[0].item.node.names)}
    edits: list[Replacement] = list(file.strings)
    gone, whole = dropped_imports(source, file.dropped)
    edits += [*gone, *(removal(source, top, bottom) for top, bottom in blocks(whole, source))]
    taken = {*by_statement, *(id(item.node) for item in file.dropped)}
    if file.imports:
        top = header(source)
        inserter = inserters.setdefault(
            top.imports[0].lineno if top.imports else 0, Inserter(source, top, style, taken)
        )
        for new in file.imports:
            inserter.add(new)
    for group in by_statement.values():
        node = group[0].item.node
        assert isinstance(node, ast.ImportFrom)
        block = imports_around(source, node)
        first = block.imports[0].lineno if block.imports else 0
        inserter = inserters.setdefault(first, Inserter(source, block, style, taken, renamed, in_place=file.in_place))
        edits += _statement(source, node, inserter, group)
    for inserter in inserters.values():
        edits += inserter.edits()
    return source.encode(splice(source.text, merged(source, edits) if file.dropped else edits))


def rewrite_text(file: FileEdits, raw: bytes) -> bytes:
    """The new bytes of a file that is no Python: UTF-8, as it was read."""
    return splice(raw.decode(), file.strings).encode()


def _statement(
    source: Source, node: ast.ImportFrom, inserter: Inserter, group: list[ImportRetarget]
) -> list[Replacement]:
    """One import whose names, or some of them, come from another module now."""
    start, end = source.start(node), source.end(node)
    text = source.text[start:end]
    module, style = group[0].module, inserter.style
    news = [NewImport(module, r.item.attribute, r.item.asname, _pragma(source, r)) for r in group]
    alone = has_its_lines(source, node)
    if len(group) == len(node.names):
        joins = all(inserter.joins(new, node) for new in news)
        moves = _plain(source, node) and not inserter.keeps(node)
        if alone and (joins or moves):
            for new in news:
                inserter.add(new, node, gone=True)
            return [_line_removal(source, node)]
        return [_renamed(source, node, module)]
    left = surgery.without(text, frozenset(r.item.index for r in group))
    assert left is not None
    if alone:
        for new in news:
            inserter.add(new, node)
        return [Replacement(start, end, left)]
    # The comment at the end of the line stays there, and speaks of both.
    plain = [replace(new, comment="") for new in news]
    inline = "; ".join(render.lines(plain, "", replace(style, line_length=10_000)))
    return [Replacement(start, end, f"{left}; {inline}")]


def _renamed(source: Source, node: ast.ImportFrom, module: str) -> Replacement:
    """Another module in the place of the one that an import names."""
    start = source.start(node)
    text = source.text[start : source.end(node)]
    parts = [*"." * node.level, *re.split(r"(\.)", node.module or "")]
    written = r"\s*".join(re.escape(part) for part in parts if part)
    found = re.match(rf"from\s*({written})", text)
    assert found is not None
    pad = " " if not text[4:5].isspace() else ""
    space = "" if text[found.end(1)].isspace() else " "
    return Replacement(start + found.start(1), start + found.end(1), pad + module + space)


def _plain(source: Source, node: ast.stmt) -> bool:
    """One line, no comment of its own: nothing is lost when it is written anew."""
    return node.lineno == node.end_lineno and "#" not in source.line(node.lineno) + source.line(node.lineno - 1)


_PRAGMAS = ("noqa", "type: ignore", "pyright:", "pylint:")


def _pragma(source: Source, rehome: ImportRetarget) -> str:
    """The comments for linters and type checkers about this name, or for people on a line that is only its own."""
    names = rehome.item.node.names
    alias = names[rehome.item.index]
    own = alias.end_lineno or alias.lineno
    alone = len(names) > 1 and all(other is alias or other.lineno != own for other in names)
    lines = dict.fromkeys((own, rehome.item.node.lineno, rehome.item.node.end_lineno or 0))
    said = {number: comment for number in lines if (comment := _comment(source, number))}
    pragmas = [number for number, text in said.items() if any(word in text for word in _PRAGMAS)]
    found = [own] if own in said and alone else pragmas[:1]
    # A line of the name's own may speak to the type checker, and the first one to the linter of all names.
    silent = not any("noqa" in said[number] for number in found)
    found += [number for number in pragmas if silent and number not in found and "noqa" in said[number]][:1]
    return "  ".join(f"# {said[number]}" for number in found)


def _comment(source: Source, number: int) -> str:
    return source.line(number).partition("#")[2].strip()


def _line_removal(source: Source, node: ast.stmt) -> Replacement:
    last = node.end_lineno or node.lineno
    start = source.line_starts[node.lineno - 1]
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return Replacement(start, end, "")


__all__ = ["removal", "rewrite_other", "rewrite_text"]
