"""Examples of moved code that read names of the old module: doctest runs them among the names of their module.

What does not come along is imported by the example itself, so that it stays true where it stands now.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.bindings import Import, Moment
from codemods.planning.edits.model import Replacement

if TYPE_CHECKING:
    from codemods.planning.settled import Settled

_PROMPT = re.compile(r"^(?P<indent>[ \t]*)>>>[ \t]", re.MULTILINE)


def missing_names(facts: Settled) -> Iterator[tuple[ast.Constant, str, Replacement | None]]:
    """(docstring, a name that its examples would miss, the imports put into it; None where they can't be)."""
    source = facts.source.source
    there = facts.moved_names | _brought(facts)
    for group in facts.moving:
        for statement in group.statements:
            for text in docstrings(statement.node):
                missing = [n for n in names_read(str(text.value)) if n not in there and _found(facts, n)]
                if missing:
                    lines = _imports(facts, missing)
                    yield text, missing[0], _put_first(source.text, source.start(text), source.end(text), lines)


def _found(facts: Settled, name: str) -> bool:
    """Does doctest find a name in the source, where what type checkers import is not?"""
    module = facts.source
    return name in module.binds and not (
        name in module.top_imports
        and name not in module.definitions
        and all(item.typing_only for item in module.top_imports[name])
    )


def read_by_staying(facts: Settled) -> frozenset[str]:
    """Moved names that examples of the source go on reading among the names of their module."""
    return facts.moved_names & read_in_examples(facts)


def read_in_examples(facts: Settled) -> frozenset[str]:
    """What the examples of staying code read."""
    if ">>>" not in facts.source.source.text:
        return frozenset()
    return frozenset().union(*(_read_in(s.node) for group in facts.staying for s in group.statements))


@lru_cache(maxsize=2048)
def _read_in(node: ast.stmt) -> frozenset[str]:
    """Asked for each import that may leave, so found once."""
    return frozenset(name for text in docstrings(node) for name in names_read(str(text.value)))


def docstrings(node: ast.stmt) -> Iterator[ast.Constant]:
    """The docstrings in a statement that have examples, or that it is."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and ">>>" in value.value:
        yield value
    for inner in ast.walk(node):
        body = getattr(inner, "body", None)
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and body:
            text = body[0].value if isinstance(body[0], ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and ">>>" in text.value:
                yield text


def names_read(text: str) -> list[str]:
    """Names that the examples of a text read and do not bind, in order."""
    try:
        code = [example.source for example in doctest.DocTestParser().get_examples(text)]
    except ValueError:
        return []
    read: dict[str, None] = {}
    bound: set[str] = set()
    for piece in code:
        try:
            tree = ast.parse(piece)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    read.setdefault(node.id)
                else:
                    bound.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.alias):
                bound.add(node.asname or node.name.partition(".")[0])
    return [name for name in read if name not in bound]


def _brought(facts: Settled) -> set[str]:
    """Imports of the source that moved code brings along."""
    read = {r.name for group in facts.moving for r in group.references if r.moment is not Moment.TYPING}
    return {name for name in read if name in facts.source.top_imports and name not in facts.groups.by_name}


def _imports(facts: Settled, missing: list[str]) -> list[str]:
    own = [name for name in missing if _own_import(facts, name) is None]
    names = facts.project.names
    lines = [f"from {names.dotted(facts.move.source)} import {', '.join(own)}"] if own else []
    for name in missing:
        item = _own_import(facts, name)
        if item is None:
            continue
        tail = f" as {item.asname}" if item.asname else ""
        module = names.absolute(facts.move.source, item.module or None, item.level)
        lines.append(
            f"from {module} import {item.attribute}{tail}" if item.attribute else f"import {item.module}{tail}"
        )
    return lines


def _own_import(facts: Settled, name: str) -> Import | None:
    """The import that binds a name of the source and nothing else does."""
    items = facts.source.top_imports.get(name, [])
    plain = len(items) == 1 and not (items[0].guarded or items[0].typing_only)
    return items[0] if plain and name not in facts.source.definitions else None


def _put_first(text: str, start: int, end: int, lines: list[str]) -> Replacement | None:
    found = _PROMPT.search(text, start, end)
    if found is None:
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    new = "".join(f"{found['indent']}>>> {line}{newline}" for line in lines)
    return Replacement(found.start(), found.start(), new, "an example imports what it reads of the old module")
