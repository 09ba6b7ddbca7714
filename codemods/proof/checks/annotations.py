"""Annotations that the program may read: what they are, and what is found by the names in them."""

from __future__ import annotations

import ast
import collections.abc
import re
import typing
from collections.abc import Iterator

from codemods.frameworks import resolves_by_itself, words_of_resolvers
from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.meanings import said
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.pairing import Pair

# What reads annotations while the program runs.
_ASKS_ANNOTATIONS = re.compile(
    rb"get_type_hints|get_annotations|__annotations__|pydantic|fastapi|inspect\.signature|attrs?\.resolve"
)


# Of these, what sees annotations as they are; pydantic and FastAPI make objects of text, and go on with those.
_SEES_THEM = re.compile(
    rb"get_type_hints|get_annotations|__annotations__|inspect\.signature|attrs?\.resolve|\bfields\("
)
_WITH_ITEMS = frozenset({"list", "dict", "set", "frozenset", "tuple", "type", *dir(typing), *dir(collections.abc)})


def unlike(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(what is not as before; whether somebody could see it)."""
    yield from _annotations(comparison)
    yield from _hints(comparison)


def _annotations(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(annotations that were objects and are text now, or the other way round; whether somebody could see it)."""
    asked: bool | None = None
    seen: bool | None = None
    for pair in comparison.pairing.pairs:
        old, new = pair.old.reader.symbols.postponed, pair.new.reader.symbols.postponed
        if old == new or not pair.old.reading.annotated:
            continue
        if asked is None or seen is None:
            around = {pair.old.path, pair.new.path, *comparison.changed, *comparison.mentioning}
            asked = any(_asks(comparison, path) for path in around)
            seen = any(_asks(comparison, path, _SEES_THEM) for path in around)
        if asked and not seen and _gives_the_same(comparison, pair, new):
            continue
        now = "text" if new else "objects"
        message = f"the annotations of {pair.new.said} are {now} now"
        yield Finding(pair.new.place, message, "annotations", Kind.NOTE, pair.old.place, "annotations"), asked


def _gives_the_same(comparison: Comparison, pair: Pair, text: bool) -> bool:
    """Are annotations the same objects to who makes them of text, though they are ``text`` now, or are none any more?

    As objects they were text before: each has to be an expression that raises nothing. As text they name what the
    module has."""
    after, path = comparison.after, pair.new.path
    owners = ((getattr(node, "annotation", None), getattr(node, "returns", None)) for node in ast.walk(pair.new.node))
    for node in (inner for found in owners for annotation in found if annotation for inner in ast.walk(annotation)):
        match node:
            case ast.Name(id=name) if text and not after.origins(path, name):
                return False
            case ast.BinOp(left=left, right=right) if not text and any(map(_is_text, (left, right))):
                return False
            case ast.Subscript(value=value) if not text and not _takes_items(after, path, value):
                return False
            case _:
                pass
    return True


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _takes_items(side: Snapshot, path: str, node: ast.expr) -> bool:
    """``list[int]``, ``Page[Item]``: a class that has items at run time."""
    name = getattr(node, "attr", getattr(node, "id", ""))
    if name in _WITH_ITEMS:
        return True
    for home, own in side.origins(path, name) if isinstance(node, ast.Name) else ():
        symbols = side.symbols(home)
        for made in symbols.body if symbols is not None else ():
            if isinstance(made, ast.ClassDef) and made.name == own:
                return any(isinstance(base, ast.Subscript) for base in made.bases)
    return False


def _hints(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(a name in annotations that can't be found any more when the program asks for it; whether that matters)."""
    resolved: bool | None = None
    for pair in comparison.pairs:
        old, new = pair.old.reading.occurrences, pair.new.reading.occurrences
        lost = [
            (before, after)
            for before, after in (zip(old, new, strict=False) if not pair.edited else ())
            if before.live and not after.live and before.moment == after.moment == "typing"
        ]
        node = pair.new.node
        unasked = _is_only_called(comparison.after, node) or _is_a_bound(comparison, node)
        if lost and not unasked and not _is_resolved_elsewhere(comparison, pair):
            for before, after in lost:
                resolved = _is_resolved(comparison) if resolved is None else resolved
                here = _resolve(comparison, {pair.old.path, pair.new.path})
                asked = resolved or here
                message = f"{pair.new.said} names {after.text} in an annotation, which only type checkers can find now"
                where, was = Place(pair.new.path, after.line), Place(pair.old.path, before.line)
                kind = Kind.BROKEN if here else Kind.OTHER if asked and not pair.moved else Kind.NOTE
                cause = f"unbound {said(before.meaning)}"
                yield Finding(where, message, "unresolved-hint", kind, was, cause), asked


def _is_resolved_elsewhere(comparison: Comparison, pair: Pair) -> bool:
    """Is it an alias that moved, ``Some = Union["Price", int]``, and nothing beside it is annotated with that? What a
    text in it names is looked up in the modules of those who are."""
    node, symbols = pair.new.node, comparison.after.symbols(pair.new.path)
    value = node.value if pair.moved and isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if symbols is None or not isinstance(value, (ast.Subscript, ast.BinOp)):
        return False
    if any(isinstance(inner, ast.Call) for inner in ast.walk(value)):
        return False
    others = (
        other for other in symbols.body if other is not node and not isinstance(other, (ast.Import, ast.ImportFrom))
    )
    texts = "\n".join(ast.unparse(other) for other in others)
    return not any(re.search(rf"\b{re.escape(name)}\b", texts) for name in pair.new.names)


def _is_only_called(side: Snapshot, node: ast.stmt) -> bool:
    """Is a private function called by its name wherever the tree names it, so that nobody has it to ask for hints?"""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
        return False
    name = node.name
    if not name.startswith("_") or name.startswith("__"):
        return False
    for path in side.tree.code_with([name]):
        symbols = side.symbols(path)
        if symbols is None:
            return False
        nodes = symbols.source.nodes
        called = {id(call.func) for call in nodes.of(ast.Call)}
        uses = [n for n in nodes.of(ast.Name) if n.id == name] + [n for n in nodes.of(ast.Attribute) if n.attr == name]
        texts = any(n.value == name for n in nodes.of(ast.Constant))
        if texts or any(id(use) not in called for use in uses):
            return False
    return True


def _is_a_bound(comparison: Comparison, node: ast.stmt) -> bool:
    """Is it the bound of a type variable, which no resolver of annotations goes into, and no code asks for?"""
    value = getattr(node, "value", None)
    name = getattr(value.func, "attr", getattr(value.func, "id", "")) if isinstance(value, ast.Call) else ""
    return name == "TypeVar" and not comparison.new.code_with(["__bound__", "__constraints__"])


def _is_resolved(comparison: Comparison) -> bool:
    """Does code of the new tree make objects of whatever annotations it is given?"""
    snapshot = comparison.after
    return resolves_by_itself(comparison.new, lambda path: (snapshot.bytes(path) or b"").decode("utf-8", "replace"))


def _resolve(comparison: Comparison, paths: set[str]) -> bool:
    """Is one of these files on speaking terms with a framework that resolves annotations?"""
    sources = (symbols.source for path in paths if (symbols := comparison.after.symbols(path)) is not None)
    return any(words_of_resolvers(comparison.new, source.text, source.tree) for source in sources)


def _asks(comparison: Comparison, path: str, words: re.Pattern[bytes] = _ASKS_ANNOTATIONS) -> bool:
    return bool(words.search(comparison.after.bytes(path) or b""))
