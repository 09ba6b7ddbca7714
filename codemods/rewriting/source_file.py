"""The source after the move: shorter, and importing back what must still be found there."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from codemods.bindings import Import
from codemods.bindings.references import is_type_checking
from codemods.planning.edits import Departure, Replacement, Turn
from codemods.planning.import_style import ImportStyle
from codemods.project import Names, Source
from codemods.rewriting import render, surgery
from codemods.rewriting.deprecating import TYPING, deprecation_edits
from codemods.rewriting.inserting import Inserter
from codemods.rewriting.layout import blocks, first_line, indentation, last_line, removal, spans
from codemods.rewriting.placing import header
from codemods.rewriting.splice import splice


def rewrite_source(departure: Departure, names: Names, style: ImportStyle) -> bytes:
    """The new bytes of the source."""
    source = departure.module.source
    gone = spans(source, departure.module.statements, departure.statements)
    gone += spans(source, departure.module.statements, departure.blocks)
    edits, whole = dropped_imports(source, departure.dropped, departure.promised)
    edits += departure.edits
    style = style.seen_from(names.dotted(departure.path).partition(".")[0])
    style = replace(style, indent=indentation(source))
    taken = {id(item.node) for item in (*departure.dropped, *departure.promised)}
    inserter = Inserter(source, header(source), style, taken)
    left = departure.module.binds - {item.binds for item in departure.dropped}
    if departure.deprecation is not None and "TYPE_CHECKING" not in left:
        inserter.add(TYPING)
    if departure.turn is None:
        for new in sorted(departure.back, key=lambda n: style.name_key(n.attribute or "")):
            inserter.add(new)
    elif departure.back:
        edits.append(_in_turn(departure, departure.turn, style))
    edits += inserter.edits()
    if departure.deprecation is not None:
        edits += deprecation_edits(departure.deprecation, departure.module, style)
    edits += [removal(source, top, bottom) for top, bottom in blocks([*gone, *whole], source)]
    text = splice(source.text, merged(source, edits))
    if departure.statements and departure.statements[-1] is departure.module.statements[-1]:
        text = text.rstrip("\r\n") + (source.newline if text.rstrip("\r\n") and text.endswith(("\n", "\r")) else "")
    return source.encode(set_off(source, text, {new.module for new in departure.back}, source.newline))


def set_off(source: Source, text: str, modules: set[str], newline: str) -> str:
    """The new text with the blank lines of PEP 8 between an import of ``modules`` and what now stands right below it:
    two above a definition, else one. What stood below imports before keeps the gap that it had."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)  # a form feed ends no line
    body = ast.parse(text).body
    stood = {
        ast.dump(below) for node, below in pairwise(source.tree.body) if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    for node, following in reversed(list(pairwise(body))):
        if not (isinstance(node, ast.ImportFrom) and "." * node.level + (node.module or "") in modules):
            continue
        end = node.end_lineno or node.lineno
        top = min([following.lineno, *(d.lineno for d in getattr(following, "decorator_list", ()))])
        between = lines[end : top - 1]
        blank = next((i for i, line in enumerate(between) if line.strip(" \t\r\n")), len(between))
        comments = between[blank:]
        definition = isinstance(following, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if definition and ((blank < 2 and not comments) or all(line.strip() for line in comments)):
            lines[end : end + blank] = [newline] * max(2, blank)
        elif blank > 1 and not isinstance(following, (ast.Import, ast.ImportFrom)) and ast.dump(following) not in stood:
            lines[end : end + blank] = [newline]
    return "".join(lines)


def dropped_imports(
    source: Source, items: tuple[Import, ...], promised: tuple[Import, ...] = ()
) -> tuple[list[Replacement], list[tuple[int, int]]]:
    """(edits that take names out of import statements, lines of statements that go whole); ``promised`` become ``X
    as X``."""
    by_statement: dict[int, list[Import]] = defaultdict(list)
    for item in items:
        by_statement[id(item.node)].append(item)
    edits: list[Replacement] = []
    lines: list[tuple[int, int]] = []
    gone: set[int] = set()
    for group in by_statement.values():
        node = group[0].node
        start, end = source.start(node), source.end(node)
        kept = frozenset(item.index for item in promised if item.node is node)
        left = surgery.without(source.text[start:end], frozenset(item.index for item in group), kept)
        if left is not None:
            edits.append(Replacement(start, end, left))
        else:
            gone.add(id(node))
    touched = {id(item.node) for item in items}
    for node in {id(item.node): item.node for item in promised if id(item.node) not in touched}.values():
        start, end = source.start(node), source.end(node)
        kept = frozenset(item.index for item in promised if item.node is node)
        edits.append(Replacement(start, end, surgery.without(source.text[start:end], frozenset(), kept) or ""))
    for node in (item.node for item in items):
        if id(node) in gone:
            gone.discard(id(node))
            lines.append((node.lineno, node.end_lineno or node.lineno))
    return edits, _with_emptied_blocks(source, lines)


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


def _in_turn(departure: Departure, turn: Turn, style: ImportStyle) -> Replacement:
    """The import back in the place where moved code had its turn."""
    source = departure.module.source
    text = "".join(_below_code(line) + source.newline for line in render.lines(departure.back, "", style))
    if turn.before is None:
        last = departure.module.statements[-1]
        at = source.line_starts[last_line(last.node) - 1] if last in departure.statements else len(source.text)
        return Replacement(at, at, text)
    top = first_line(source, turn.before.node)
    while source.line(top - 1).strip().startswith("#"):
        top -= 1
    at = source.line_starts[top - 1]
    big = isinstance(turn.before.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return Replacement(at, at, text + source.newline * (2 if big else 1))


def _below_code(line: str) -> str:
    """A line of an import that linters are told to bear below code."""
    if not line.startswith(("from ", "import ")) or line.endswith("("):
        return line
    return line.replace("noqa: F401", "noqa: E402, F401") if "noqa: F401" in line else f"{line}  # noqa: E402"


def merged(source: Source, edits: list[Replacement]) -> list[Replacement]:
    """Edits that do not overlap: where removals meet, their blank lines go once; a line put into a removed place
    stays there."""
    found: list[Replacement] = []
    put: dict[int, list[str]] = defaultdict(list)
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if found and edit.end < found[-1].end and edit.start == edit.end:
            put[len(found) - 1].append(edit.text)
        elif found and edit.start < found[-1].end <= edit.end:
            ended = source.text[: found[-1].start].endswith(("\n", "\r"))
            text = edit.text.removeprefix(source.newline) if ended else edit.text
            found.append(Replacement(found[-1].end, edit.end, text))
        else:
            found.append(edit)
    return [_refilled(source, edit, "".join(put[i])) if put[i] else edit for i, edit in enumerate(found)]


def _refilled(source: Source, gone: Replacement, text: str) -> Replacement:
    """New lines in the place of removed ones, between the blank lines that stood around these."""
    old = source.text[gone.start : gone.end]
    lines = old.splitlines()
    above = next((i for i, line in enumerate(lines) if line.strip()), 0)
    below = next((i for i, line in enumerate(reversed(lines)) if line.strip()), 0)
    new = text.strip("\r\n") + source.newline
    above = max(above, 1 if text.startswith(source.newline) and gone.start else 0)
    return Replacement(gone.start, gone.end, source.newline * above + new + source.newline * below)


__all__ = ["dropped_imports", "last_line", "merged", "rewrite_source"]
