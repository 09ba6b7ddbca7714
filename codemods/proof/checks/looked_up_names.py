"""Names that code finds without writing them: listed while a module is imported, put together, or read by ``__all__``.

A list that a module makes of its own names has what was bound above it. A text with a beginning of its own, as in
``getattr(pages, f"_show_{kind}")``, finds private names too. What makes
``__all__`` reads names as any statement does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, SymbolTable, defined_names, flat
from codemods.proof.statements.filled_texts import fields_read
from codemods.proof.statements.name_resolution import Occurrence
from codemods.proof.statements.statement import Statement

_LISTING = ("dir", "globals", "vars", "locals")
_LOOKING = ("getattr", "hasattr", "__dict__", *_LISTING)
_BINDING = (ast.Import, ast.ImportFrom)


def lists_names(node: ast.AST) -> bool:
    plain = isinstance(node, ast.Call) and not node.args and isinstance(node.func, ast.Name)
    return plain and node.func.id in _LISTING  # type: ignore[attr-defined]


def looked_up(comparison: Comparison) -> Iterator[Finding]:
    yield from _listed_late(comparison)
    yield from _put_together(comparison)
    yield from _read_by_all(comparison)


# -- lists that are made while a module is imported


def _listed_late(comparison: Comparison) -> Iterator[Finding]:
    """What was bound where a module lists its names, and is bound further down now."""
    for path in comparison.changed:
        old, new = comparison.before.symbols(path), comparison.after.symbols(path)
        if old is None or new is None:
            continue
        before = {ast.dump(node): bound for node, bound in _listings(old)}
        for node, bound in _listings(new):
            below = before.get(ast.dump(node), frozenset()) - bound
            for name in sorted(n for n in below if comparison.after.given(path, n) and n in new.binds):
                if not asks_others(node, [name]):
                    message = f"{name} is bound below this, which lists the names of the module, and was bound above it"
                    yield Finding(new.source.place(node), message, "effect-order", Kind.BROKEN)


def _listings(symbols: SymbolTable) -> Iterator[tuple[ast.stmt, frozenset[str]]]:
    """The statements that list the names of their module while it is imported, and the names bound above each."""
    bound: set[str] = set()
    for node, typing in flat(symbols.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif not typing and isinstance(node, _BINDING):
            bound |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif not typing:
            named = {found[0] for n in walk(node) if (found := fields_read(n)) is not None}
            if any(lists_names(n) and n not in named for n in walk(node)):
                yield node, frozenset(bound)
            bound |= {*defined_names(node)}


# -- names that are put together


def _put_together(comparison: Comparison) -> Iterator[Finding]:
    """Lookups that may ask the old module for a private name that it does not have any more."""
    lost = [
        (path, name)
        for path, name in comparison.renamed
        if name.startswith("_") and comparison.home(path) in comparison.new.paths
        if not comparison.after.given(comparison.home(path), name)
    ]
    begins = _beginnings(name for _, name in lost)
    for file in sorted(comparison.new.code_with(_LOOKING)) if lost else ():
        spells = file.endswith(".py") and begins.search(comparison.new.peek(file))
        symbols = comparison.after.symbols(file) if spells else None
        nodes = symbols.source.nodes if symbols is not None else None
        for node in (*nodes.of(ast.Call), *nodes.of(ast.Subscript)) if nodes is not None else ():
            asked = _asked(comparison.after, file, node)
            for path, name in lost if asked is not None else ():
                if asked is not None and asked[0] == comparison.home(path) and asked[1].fullmatch(name):
                    message = f"this may look up {name} in {path}, which does not have it any more"
                    place = Place(file, getattr(node, "lineno", 1))
                    yield Finding(place, message, "handed-on", Kind.BROKEN, Place(path))


def _beginnings(names: Iterable[str]) -> re.Pattern[bytes]:
    """How a text in quotes begins that one of the private names may be put together from, in bytes: most files have
    none, and need not be parsed."""
    seconds = "".join(sorted({name[1:2] for name in names}))
    return re.compile(rb"[\"']_[{%\"'\\" + re.escape(seconds).encode() + rb"]")


def _asked(snapshot: Snapshot, file: str, node: ast.AST) -> tuple[str, re.Pattern[str]] | None:
    """The module that is asked for a name which is put together here, and the form of that name."""
    holder: ast.expr | None = None
    word: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        holder, word = _namespace(node.value), node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr"):
        holder, word = (node.args[0], node.args[1]) if len(node.args) > 1 else (None, None)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        holder, word = _namespace(node.func.value), node.args[0]
    form = _form(word) if word is not None and holder is not None else ""
    if holder is None or not form:
        return None
    own = isinstance(holder, ast.Call) or ast.unparse(holder) == "sys.modules[__name__]"
    meant: frozenset[Origin] = frozenset({(file, "")}) if own else snapshot.meaning(file, holder)
    modules = [where for where, name in meant if where not in ("", "=") and not name]
    return (modules[0], re.compile(form)) if len(modules) == 1 else None


def asks_others(statement: ast.stmt, names: Iterable[str], line: int | None = None) -> bool:
    """Is the namespace of the module asked, in this line of a statement, for texts only, none of these names?"""
    parents = {id(child): node for node in ast.walk(statement) for child in ast.iter_child_nodes(node)}
    asking = [n for n in ast.walk(statement) if lists_names(n) and line in (None, getattr(n, "lineno", None))]
    asked = [_word(node, parents) for node in asking]
    forms = [_form(word) or _constant(word) if word is not None else "" for word in asked]
    return bool(forms) and all(form and not any(re.fullmatch(form, name) for name in names) for form in forms)


def _word(namespace: ast.AST, parents: dict[int, ast.AST]) -> ast.expr | None:
    """What a namespace is asked for, or what is set in it: `globals()[word]`, `globals().get(word)`, `word in
    globals()`."""
    above = parents.get(id(namespace))
    call = parents.get(id(above))
    if isinstance(above, ast.Subscript) and above.value is namespace:
        return above.slice
    if isinstance(above, ast.Attribute) and above.attr == "get" and isinstance(call, ast.Call) and call.args:
        return call.args[0]
    if isinstance(above, ast.Compare) and isinstance(above.ops[0], (ast.In, ast.NotIn)) and len(above.ops) == 1:
        return above.left
    return None


def _namespace(node: ast.expr) -> ast.expr | None:
    """Whose namespace is this? The call itself, where it is that of the module in which it stands."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LISTING:
        return node.args[0] if node.args else node
    return None


def _form(node: ast.expr) -> str:
    """The pattern of a text that begins with a constant: f-strings, sums, ``%`` and ``format``; empty for any other."""
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".*" for v in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_form(node.left) or _constant(node.left), _form(node.right) or _constant(node.right) or ".*"]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        parts = [re.sub(r"%\w", ".*", _constant(node.left))]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        parts = [re.sub(r"\\\{.*?\\\}", ".*", _constant(node.func.value))]
    else:
        return ""
    return "".join(parts) if parts and parts[0] not in ("", ".*") else ""


def _constant(node: ast.expr) -> str:
    return re.escape(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# -- what ``__all__`` is made of


def _read_by_all(comparison: Comparison) -> Iterator[Finding]:
    """Names that the statements about ``__all__`` read: they are there, and are what they were."""
    for path in comparison.changed:
        old = {s.text: _read(s) for s in comparison.old_statements.get(path, ()) if s.exports}
        for statement in comparison.new_statements.get(path, ()) if old else ():
            if statement.exports:
                read = _read(statement)
                before: Sequence[Occurrence | None] = old.get(statement.text, [None] * len(read))
                for was, now in zip(before, read, strict=False):
                    if was is not None and not (was.meaning or now.meaning):
                        continue  # who knows what a star brings
                    if not now.meaning or (was is not None and not comparison.same(was.meaning, now.meaning)):
                        is_now = "what it was" if now.meaning else "bound here"
                        message = f"`__all__` is made of {now.text}, which is not {is_now}"
                        yield Finding(Place(path, now.line), message, "all-names-nothing", Kind.BROKEN)


def _read(statement: Statement) -> list[Occurrence]:
    return [o for o in statement.reading.occurrences if not o.own and o.writes is None and not o.text.startswith("'")]
