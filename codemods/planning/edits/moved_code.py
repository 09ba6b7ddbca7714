"""The few places inside moved code whose text must change to keep its meaning."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator

from codemods.bindings import Module, Statement
from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.grouping.rebound_apart import declarations
from codemods.planning.imports.as_written import relocated
from codemods.planning.imports.required import RequiredImports
from codemods.planning.imports.self_imports import arriving
from codemods.planning.references.identities import identities
from codemods.project import Source

_OWN_NAME = re.compile(r"(?<![\w.])__name__\b")


def body_edits(facts: Facts, needs: RequiredImports) -> tuple[Replacement, ...]:
    """Replacements in offsets of the source: ``__name__`` becomes the old module's name, ``globals()`` its namespace,
    relative imports keep their target."""
    source = facts.source
    copied = [s for group in needs.copies for s in group.statements[:1]]
    edits: dict[tuple[int, int], Replacement] = {}
    dotted = facts.project.names.dotted(facts.move.source)
    dropped = {item.node for item in arriving(facts)}
    for statement in (*(s for group in facts.moving for s in group.statements), *copied):
        relative = _relative_imports(source, statement.node, needs, dropped)
        for edit in (*own_names(source, statement, dotted), *relative, *_declarations(facts, statement)):
            if edit is not None:
                edits[edit.start, edit.end] = edit
    for identity in identities(facts):
        if identity.edit is not None:
            edits[identity.edit.start, identity.edit.end] = identity.edit
    for call, name in needs.lookups:
        start, end = source.source.start(call), source.source.end(call)
        edits[start, end] = Replacement(start, end, f"vars({name})")
    for node, name in needs.attributes:
        start = source.source.start(node)
        edits[start, start] = Replacement(start, start, f"{name}.")
    return tuple(edits[key] for key in sorted(edits))


def _declarations(facts: Facts, statement: Statement) -> Iterator[Replacement]:
    """``global`` goes for names that are written off the source."""
    source = facts.source.source
    for node, left in declarations(facts.groups, statement.node):
        start, end = source.start(node), source.end(node)
        rest = source.text[end:]
        if not left:  # a comment behind it stays
            end += len(rest) - len(rest.lstrip(" \t"))
            if not source.text.startswith("#", end):
                start -= node.col_offset
                end = source.text.rindex("\n", 0, end + len(rest) - len(rest.lstrip())) + 1
        yield Replacement(start, end, f"global {', '.join(left)}" if left else "")


def own_names(module: Module, statement: Statement, dotted: str) -> Iterator[Replacement | None]:
    """The places where a statement reads ``__name__``, as text; None where no text can stand in its place."""
    read = [r.node for r in statement.references if r.name == "__name__" and isinstance(r.node, ast.Name)]
    if not read:
        return
    source = module.source
    inside: set[int] = set()
    for text in ast.walk(statement.node):
        if isinstance(text, ast.JoinedStr) and id(text) not in inside:
            parts = list(ast.walk(text))
            inside.update(map(id, parts))
            if (count := sum(any(node is part for part in parts) for node in read)) > 0:
                yield from _in_f_string(source, text, count, dotted)
    for node in read:
        if id(node) not in inside:
            yield Replacement(source.start(node), source.end(node), f'"{dotted}"')


def _in_f_string(source: Source, text: ast.JoinedStr, count: int, dotted: str) -> Iterator[Replacement | None]:
    """Before Python 3.12 nodes inside f-strings have no places of their own, and quotes can't be nested; a project may
    have to run there, whatever runs here."""
    start, end = source.start(text), source.end(text)
    old = source.text[start:end]
    found = list(_OWN_NAME.finditer(old))
    around = _quotes(old)
    quoted = (f"{quote}{dotted}{quote}" for quote in "\"'" if quote not in around)
    new = next((new for new in quoted if _parses(f"({_OWN_NAME.sub(new, old)})")), None)
    if len(found) != count or new is None:
        yield None
        return
    yield from (Replacement(start + spot.start(), start + spot.end(), new) for spot in found)


def _quotes(text: str) -> set[str]:
    """What the strings of an expression begin with after their letters, those inside of others left out."""
    found: set[str] = set()
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(f"({text})").readline):
        kind = tokenize.tok_name[token.type]
        if kind in ("STRING", "FSTRING_START") and not depth:
            quotes = re.match(r"[A-Za-z]*(\"{3}|'{3}|[\"'])", token.string)
            found.add(quotes[1] if quotes else "")
        depth += (kind == "FSTRING_START") - (kind == "FSTRING_END")
    return found


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _relative_imports(
    module: Module, statement: ast.stmt, needs: RequiredImports, dropped: Collection[ast.stmt]
) -> list[Replacement]:
    """``from .x import y`` inside moved functions names the same module from its new place."""
    found = []
    names = needs.project.names
    if names.package(module.path) == names.package(needs.destination):
        return []
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom) and node.level and node not in dropped:
            absolute = names.absolute(module.path, node.module, node.level)
            if absolute is None:
                continue
            source = module.source
            text = source.text[source.start(node) : source.end(node)]
            written = "." * node.level + (node.module or "")
            at = text.find(written, len("from"))
            new = relocated(names, needs.destination, absolute)
            if at >= 0 and new != written:
                start = source.start(node) + at
                found.append(Replacement(start, start + len(written), new))
    return found
