"""The destination after the move: a new module, or one that stands and is joined."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from codemods.bindings import Module, Moment, Statement
from codemods.bindings.guards import is_main_guard
from codemods.planning.edits.model import Block, DestinationEdits, NewImport, Replacement, TypingTest
from codemods.planning.edits.module_references import reference_to
from codemods.project import Names, Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.dropping import dropped_imports, merged
from codemods.rewriting.habits import as_written
from codemods.rewriting.inserting import Inserter, insertion
from codemods.rewriting.layout import blocks, first_line, indentation, last_line, removal
from codemods.rewriting.lazy_names import withdrawn_edits
from codemods.rewriting.moved_text import moved_text
from codemods.rewriting.placing import header, in_order
from codemods.rewriting.regions import closes, comments_above
from codemods.rewriting.splice import splice

# Comments in the last lines of a file, of which one speaks to editors: ``# vim: set ts=4:``.
_FOR_EDITORS = re.compile(
    r"(?:(?<=[\r\n])|\A)(?:#[^\r\n]*(?:\r?\n|\r))*"
    r"#[^\r\n]*(?:\b(?:vim?|ex|kate):|-\*-|Local Variables:)[^\r\n]*(?:(?:\r?\n|\r)#[^\r\n]*)*\Z"
)


def rewrite_destination(arrival: DestinationEdits, names: Names, style: ImportStyle) -> bytes:
    """The new bytes of the destination."""
    if arrival.module is None:
        return _new_module(arrival, names, style)
    return _joined_module(arrival, arrival.module, names, style)


def new_imports(arrival: DestinationEdits) -> list[NewImport]:
    """The imports that the destination does not have yet."""
    if arrival.module is None:
        return list(arrival.imports)
    module, gone = arrival.module, {item.binds for item in arrival.dropped if item.function is None}
    return [new for new in arrival.imports if new.binds in gone or not _has(module, new)]


def new_typing_imports(arrival: DestinationEdits) -> list[NewImport]:
    """The same for those that only type checkers need."""
    bound = arrival.module.binds if arrival.module is not None else frozenset()
    return [new for new in arrival.typing_imports if new.binds not in bound]


def _has(module: Module, new: NewImport) -> bool:
    items = [i for i in module.top_imports.get(new.binds, ()) if not i.typing_only]
    if new.attribute is None and not new.asname:
        return any(i.module == new.module for i in items)
    return bool(items) or new.binds in module.definitions


def _if_typing(arrival: DestinationEdits, test: TypingTest) -> str:
    return f"if {test.text}:" + (f"  {arrival.typing_comment}" if arrival.typing_comment else "")


def _imports(arrival: DestinationEdits) -> tuple[NewImport, ...]:
    """The imports of a new module, with that which the test of imports for type checkers needs."""
    test = arrival.test
    if not arrival.typing_imports or test.new in arrival.imports:
        return arrival.imports
    at = len(arrival.imports) if test.place is None else test.place
    return (*arrival.imports[:at], test.new, *arrival.imports[at:])


def _test(arrival: DestinationEdits, module: Module) -> TypingTest | None:
    """The test of new imports for type checkers in a module that stands; None where it has such a test."""
    if header(module.source).typing_block is not None or not new_typing_imports(arrival):
        return None
    return TypingTest() if "TYPE_CHECKING" in module.binds else arrival.test


def _new_module(arrival: DestinationEdits, names: Names, style: ImportStyle) -> bytes:
    source = arrival.body.module.source
    style = as_written(header(source), style.seen_from(names.dotted(arrival.path).partition(".")[0]))
    style = replace(style, indent=indentation(source))
    parts: list[str] = ["\n".join(arrival.head)] if arrival.head else []
    if arrival.future:
        parts.append("from __future__ import annotations")
    imports = _sorted_like(source, _imports(arrival), style)
    parts += render.sections([new for new in imports if not new.marked], "", style)
    parts += [_block_text(arrival, block, names) for block in arrival.blocks]
    if arrival.typing_imports:
        typing = render.sections(_sorted_like(source, arrival.typing_imports, style), style.indent, style)
        parts.append(_if_typing(arrival, arrival.test) + "\n" + "\n\n".join(typing))
    body = moved_text(arrival.body, style, "\n\n".join(render.sections([n for n in imports if n.marked], "", style)))
    if source.newline == "\r\n":
        body = body.replace("\r\n", "\n")
    top = "\n\n".join(parts)
    gap = "\n\n\n" if _begins_big(arrival.body.statements) else "\n\n"
    text = f"{top}{gap}{body}" if top else body
    cookie = _cookie(source, text)
    if source.newline != "\n":
        text = (
            text.replace("\r\n", "\n").replace("\n", source.newline)
            if source.newline == "\r\n"
            else text.replace("\n", source.newline)
        )
    return (cookie + text).encode("utf-8" if source.encoding in ("utf-8-sig", "utf-8") else source.encoding)


def _sorted_like(source: Source, imports: tuple[NewImport, ...], style: ImportStyle) -> tuple[NewImport, ...]:
    """In isort's order if the source's own imports are in it, else in the order of the source."""
    groups = [n for n in source.tree.body if isinstance(n, ast.ImportFrom)]
    keys = [[style.name_key(a.name) for a in n.names] for n in groups]
    if any(k != sorted(k) for k in keys) or not in_order(header(source), style):
        return imports
    return tuple(sorted(imports, key=lambda new: render.place(new, style)))


def _cookie(source: Source, text: str) -> str:
    """The coding line of the source, where the new file needs one."""
    if source.encoding in ("utf-8", "utf-8-sig"):
        return ""
    for number in (1, 2):
        if re.match(r"^[ \t\f]*#.*?coding[:=]", source.line(number)):
            return source.line(number)
    return ""


def _begins_big(statements: tuple[Statement, ...]) -> bool:
    return bool(statements) and isinstance(statements[0].node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _block_text(arrival: DestinationEdits, block: Block, names: Names) -> str:
    """A guarded import as the source has it, relative names from the new place."""
    source, node = arrival.body.module.source, block.node
    top = node.lineno
    while source.line(top - 1).strip().startswith("#"):
        top -= 1
    start, bottom = source.line_starts[top - 1], node.end_lineno or node.lineno
    # What stands beside the last line, a comment, belongs to it.
    end = source.line_starts[bottom] if bottom < len(source.line_starts) else len(source.text)
    edits, whole = dropped_imports(source, block.dropped)
    edits += [Replacement(source.line_starts[t - 1], min(end, source.line_starts[b]), "") for t, b in whole]
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.ImportFrom)
            and inner.level
            and names.package(source.path) != names.package(arrival.path)
        ):
            edits = _seen_from(arrival, inner, names, edits)
    own = [Replacement(edit.start - start, edit.end - start, edit.text) for edit in edits]
    return splice(source.text[start:end], own).replace("\r\n", "\n").rstrip("\n")


def _seen_from(
    arrival: DestinationEdits, node: ast.ImportFrom, names: Names, edits: list[Replacement]
) -> list[Replacement]:
    """The edits of a block, and what makes this import of it name the same module from the destination."""
    source = arrival.body.module.source
    start, end = source.start(node), source.end(node)
    if any(edit.start <= start and end < edit.end for edit in edits):
        return edits  # it does not come along
    standing = next((edit for edit in edits if (edit.start, edit.end) == (start, end)), None)
    text = standing.text if standing else source.text[start:end]
    written = "." * node.level + (node.module or "")
    absolute = names.absolute(source.path, node.module, node.level) or ""
    target = names.find(absolute, source.path)
    new = reference_to(target, arrival.path, True, names) if target else absolute
    at = text.find(written, 4)
    moved = Replacement(start, end, text[:at] + new + text[at + len(written) :])
    return [*(edit for edit in edits if edit is not standing), moved]


def _joined_module(arrival: DestinationEdits, module: Module, names: Names, style: ImportStyle) -> bytes:
    source = module.source
    style = style.seen_from(names.dotted(arrival.path).partition(".")[0])
    style = replace(style, indent=indentation(source))
    dropped, answers, lines = arrival.dropped, list[Replacement](), list[tuple[int, int]]()
    if arrival.withdrawn is not None:
        answers, lines, dropped = withdrawn_edits(source, arrival.withdrawn, dropped)
    edits, whole = dropped_imports(source, dropped)
    edits += [*arrival.edits, *answers]
    whole += lines
    edits += [removal(source, top, bottom) for top, bottom in blocks(whole, source)]
    head = header(source)
    inserter = Inserter(source, head, style, {id(item.node) for item in arrival.dropped})
    if arrival.future:
        after = _below_docstring(source)
        edits.append(insertion(source, after, ["from __future__ import annotations"], True))
    test = _test(arrival, module)
    for new in new_imports(arrival):
        inserter.add(new)
    if test is not None and not _has(module, test.new):
        inserter.add(test.new)
    edits += inserter.edits()
    edits += _joined_typing(arrival, module, test, style)
    blocks_text = [_block_text(arrival, block, names) for block in arrival.blocks if not _stands(module, block)]
    if blocks_text:
        edits.append(insertion(source, head.after, [line for b in blocks_text for line in b.split("\n")], True))
    moved = moved_text(arrival.body, style)
    if arrival.body.module.source.newline != source.newline:
        moved = moved.replace(arrival.body.module.source.newline, source.newline)
    before = _needing(arrival, module)
    if before is not None:
        edits.append(_landing(arrival, module, before, moved))
    text = splice(source.text, merged(source, edits))
    if source.text[:1] not in ("\r", "\n"):
        text = text.lstrip("\r\n")
    return source.encode(text if before is not None else _with_last(text, arrival, module, moved))


def _stands(module: Module, block: Block) -> bool:
    return any(ast.dump(s.node) == ast.dump(block.node) for s in module.statements)


def _below_docstring(source: Source) -> int:
    body = source.tree.body
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        return last_line(body[0])
    return header(source).after if not header(source).imports else header(source).imports[0].lineno - 1


def _joined_typing(
    arrival: DestinationEdits, module: Module, test: TypingTest | None, style: ImportStyle
) -> list[Replacement]:
    wanted = new_typing_imports(arrival)
    if not wanted:
        return []
    source = module.source
    head = header(source)
    if test is None:
        node = head.typing_block
        assert node is not None
        first = node.body[0]
        indent = source.text[source.line_starts[first.lineno - 1] : source.start(first)]
        return [insertion(source, last_line(node), render.lines(wanted, indent, style), False)]
    after = max([head.after, *(last_line(n) for n in head.imports)])
    return [insertion(source, after, [_if_typing(arrival, test), *render.lines(wanted, style.indent, style)], True)]


def _needing(arrival: DestinationEdits, module: Module) -> Statement | None:
    """The statement above which moved code stands: a main guard, or the first that needs it while imported."""
    moved = {name for s in arrival.body.statements for name in s.binds}
    moved |= {item.binds for item in arrival.dropped if item.attribute in moved}
    named = {edit.start for edit in arrival.edits}
    return next((s for s in module.statements if _reads(s, moved, named, module) or is_main_guard(s.node)), None)


def _landing(arrival: DestinationEdits, module: Module, before: Statement, moved: str) -> Replacement:
    source = module.source
    previous = last_line(module.statements[before.index - 1].node) if before.index else 0
    top = comments_above(source, first_line(source, before.node), previous, closes)
    at = source.line_starts[top - 1]
    definition = isinstance(before.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    big = definition or _ends_big(arrival.body.statements)
    above = next((i for i in range(top - 1 - previous) if source.line(top - 1 - i).strip()), top - 1 - previous)
    gap = 2 if _begins_big(arrival.body.statements) else 1
    missing = max(0, gap - above) if previous else 0
    return Replacement(at, at, source.newline * missing + moved + source.newline * (2 if big else 1))


def _with_last(text: str, arrival: DestinationEdits, module: Module, moved: str) -> str:
    """The new text with moved code at its end."""
    stripped = text.rstrip(" \t\r\n")
    of_editors = _FOR_EDITORS.search(stripped)
    if of_editors is not None:  # they read it at the end of the file
        head, end = stripped[: of_editors.start()], text[of_editors.start() :]
        gap = head[len(head.rstrip("\r\n")) :] or module.source.newline * 3
        return _with_last(head, arrival, module, moved).rstrip("\r\n") + gap + end
    whole = arrival.withdrawn.whole if arrival.withdrawn is not None else None
    big = _begins_big(arrival.body.statements) or _ends_big(tuple(s for s in module.statements if s.node is not whole))
    return stripped + module.source.newline * (0 if not stripped else 3 if big else 2) + moved


def _reads(statement: Statement, moved: set[str], named: set[int], module: Module) -> bool:
    """Does a statement need moved code at once, by its name or where it is ``named`` instead of the source's?"""
    at_once = [r for r in statement.references if r.moment is Moment.IMPORT and not statement.is_import]
    roots = (r.node for r in at_once if isinstance(r.node, ast.Name))
    return any(r.name in moved for r in at_once) or any(module.source.start(root) in named for root in roots)


def _ends_big(statements: tuple[Statement, ...]) -> bool:
    last = statements[-1].node if statements else None
    return isinstance(last, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
