"""The source after the move: shorter, and importing what must still be found there."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from codemods.planning.edits.model import NewImport, ReexportPosition, Replacement, SourceEdits
from codemods.project import Names, Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.deferred import deferred_imports
from codemods.rewriting.dropping import dropped_imports, merged
from codemods.rewriting.habits import as_written
from codemods.rewriting.inserting import Inserter
from codemods.rewriting.layout import blocks, first_line, indentation, last_line, removal
from codemods.rewriting.lazy_names import TYPE_CHECKING, TYPING, has_a_block, lazy_edits, typing_test
from codemods.rewriting.placing import header
from codemods.rewriting.regions import closes, comments_above
from codemods.rewriting.spans import spans
from codemods.rewriting.splice import splice

_LATE = "noqa: E402"  # what an import below code says to linters


def rewrite_source(departure: SourceEdits, names: Names, style: ImportStyle) -> bytes:
    """The new bytes of the source."""
    source = departure.module.source
    gone = spans(source, departure.module.statements, (*departure.statements, *departure.blocks))
    edits, whole = dropped_imports(source, departure.dropped, departure.promised, style.kept)
    edits += departure.edits
    style = as_written(header(source), style.seen_from(names.dotted(departure.path).partition(".")[0]))
    package = departure.path.rpartition("/")[2] == "__init__.py"  # where linters take it for a re-export
    style = replace(style, indent=indentation(source), explicit="" if package else style.explicit)
    taken = {id(item.node) for item in (*departure.dropped, *departure.promised)}
    reduced = {id(node): text for node, text in _reduced(source, departure, edits)}
    inserter = Inserter(source, header(source), style, taken, reduced=reduced)
    left = departure.module.binds - {item.binds for item in departure.dropped}
    test = typing_test(departure.module, left)
    typed = departure.lazy is not None and test is None and not has_a_block(departure.lazy, source)
    if typed:
        inserter.add(TYPING)
    if departure.position is None:
        for new in sorted(departure.reexports, key=lambda n: style.name_key(n.attribute or "")):
            inserter.add(new)
    elif departure.reexports:
        edits.append(_at_position(departure, departure.reexports, departure.position, style))
    if departure.executes is not None:
        new, position = departure.executes
        edits.append(_at_position(departure, (new,), position, style))
    edits = [*(edit for edit in edits if edit.start not in inserter.joined), *inserter.edits()]
    edits += deferred_imports(source, departure.late, style)
    if departure.lazy is not None:
        edits += lazy_edits(departure.lazy, departure.module, style, test or TYPE_CHECKING)
    edits += [removal(source, top, bottom) for top, bottom in blocks([*gone, *whole, *departure.comments], source)]
    text = splice(source.text, merged(source, edits))
    if departure.statements and departure.statements[-1] is departure.module.statements[-1]:
        text = text.rstrip("\r\n") + (source.newline if text.rstrip("\r\n") and text.endswith(("\n", "\r")) else "")
    executed = {departure.executes[0].module} if departure.executes else set[str]()
    modules = {new.module for new in (*departure.reexports, *([TYPING] if typed else ()))} | executed
    modules |= {"." * item.level + item.module for item in departure.promised}
    return source.encode(set_off(source, text, modules, source.newline, executed))


def _reduced(source: Source, departure: SourceEdits, edits: list[Replacement]) -> Iterator[tuple[ast.stmt, str]]:
    """Import statements that lose names, and what is left of each, where that is one statement."""
    by_start = {edit.start: edit.text for edit in edits}
    for node in {item.node for item in (*departure.dropped, *departure.promised)}:
        text = by_start.get(source.start(node), "")
        if text and "#" not in text and _is_one_statement(text):
            yield node, text


def _is_one_statement(text: str) -> bool:
    try:
        return len(ast.parse(text).body) == 1
    except SyntaxError:  # two of an indented block
        return False


def set_off(source: Source, text: str, modules: set[str], newline: str, executed: Collection[str] = ()) -> str:
    """The new text with the blank lines of PEP 8 between an import of ``modules`` and what now stands right below it:
    two above a definition, else one. What stood below imports before keeps the gap that it had. A new import has
    two below a definition, and one of ``executed`` a blank line above it in any case."""
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
        elif not isinstance(following, (ast.Import, ast.ImportFrom)) and ast.dump(following) not in stood:
            lines[end : end + blank] = [newline]
    before = {ast.dump(node) for node in source.tree.body}
    for above, node in reversed(list(pairwise(body))):
        module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else None
        if module is None or module not in modules or ast.dump(node) in before:
            continue
        gap = lines[above.end_lineno or above.lineno : node.lineno - 1]
        late = module in executed or _LATE in lines[node.lineno - 1]
        wanted = 1 if late and not isinstance(above, (ast.Import, ast.ImportFrom)) else 0
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            wanted = 2
        if not any(line.strip() for line in gap):
            lines[node.lineno - 1 : node.lineno - 1] = [newline] * (wanted - len(gap))
    return "".join(lines)


def _at_position(
    departure: SourceEdits, imports: tuple[NewImport, ...], position: ReexportPosition, style: ImportStyle
) -> Replacement:
    """Imports in the place where moved code stood."""
    source = departure.module.source
    imports = tuple(sorted(imports, key=lambda new: style.name_key(new.attribute or "")))
    below_code = _stands_below_code(departure, position)
    if below_code:
        imports = tuple(replace(new, comment=_late(new.comment)) for new in imports)
    lines = render.lines(list(imports), "", style)
    text = "".join(line + source.newline for line in lines)
    if position.before is None:
        last = departure.module.statements[-1]
        at = source.line_starts[last_line(last.node) - 1] if last in departure.statements else len(source.text)
        return Replacement(at, at, text)
    above = [s for s in departure.module.statements if s.is_import and s.index < position.before.index]
    if above and not below_code and above[-1].node.end_lineno:
        at = source.line_starts[above[-1].node.end_lineno]
        # Sorted into the others it would be executed before them.
        return Replacement(at, at, f"{source.newline}# isort: split{source.newline}{text}")
    top = comments_above(source, first_line(source, position.before.node), 0, closes)
    at = source.line_starts[top - 1]
    big = isinstance(position.before.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return Replacement(at, at, text + source.newline * (2 if big else 1))


def _stands_below_code(departure: SourceEdits, position: ReexportPosition) -> bool:
    """Does anything but imports and the docstring stay above?"""
    gone = {*departure.statements, *departure.blocks}
    for statement in departure.module.statements:
        if statement is position.before:
            return False
        text = isinstance(statement.node, ast.Expr) and isinstance(statement.node.value, ast.Constant)
        if statement not in gone and not (statement.is_import or text):
            return True
    return False


def _late(comment: str) -> str:
    """A comment that also says to linters that an import stands below code on purpose."""
    return comment.replace("noqa: ", f"{_LATE}, ") if "noqa: " in comment else f"{comment}  # {_LATE}".strip()
