"""Examples (`>>>`) in docstrings find the names that they found: doctest runs them among the names of their module.

And who runs those of one module, runs those that left it too."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.canonical_texts import shown_as
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import BUILTINS, Origins, defined_names

ACCEPTED = "configured-by-name"  # the hazard of that name, by --accept
_RUNNERS = ("testmod", "DocTestSuite")
SAYS = "examples in docstrings find the names that they found, where they stand now"


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    count = 0
    came = {new: old for old, new in comparison.renamed.items()}
    for path in comparison.changed:
        symbols = comparison.after.symbols(path)
        for node in symbols.body if symbols and ">>>" in symbols.source.text else ():
            moved = next((name for name in defined_names(node) if (path, name) in came), "")
            home = came[path, moved][0] if moved else path
            for text in _docstrings(node):
                count += 1
                failures += _shown(comparison, path, text)
                for name, found in _names(comparison.after, path, str(text.value)):
                    wanted = comparison.mapped(_found(comparison.before, home, name))
                    there = _found(comparison.after, path, name) if found is None else found
                    if wanted and there != wanted and (name, there) not in _imported(comparison, home):
                        message = f"an example here reads {name}, which is not there, or is not what it was"
                        kind = Kind.BROKEN if not there else Kind.EDITED
                        failures.append(Finding(Place(path, text.lineno), message, "example", kind))
    failures += _not_run(comparison)
    return Check("examples", SAYS, count, tuple(failures))


def _shown(comparison: Comparison, path: str, text: ast.Constant) -> Iterator[Finding]:
    """What an example prints of a definition that knows its module by another name now."""
    for (old, name), (new, now) in comparison.renamed.items():
        was, there = comparison.before.names.dotted(old), comparison.after.names.dotted(new)
        if was != there and shown_as(was, name).search(str(text.value)):
            message = f"an example here prints {was}.{name}, which is {there}.{now}"
            yield Finding(Place(path, text.lineno), message, "example", Kind.EDITED)


def _not_run(comparison: Comparison) -> Iterator[Finding]:
    """Code that gives a module to doctest, where documented definitions have left it for one that it does not name."""
    accepted = {move.source for move in comparison.moves if ACCEPTED in move.accept}
    for (old, _), (new, now) in sorted(comparison.renamed.items()):
        if old == new or old in accepted or old not in comparison.new.paths or not _is_documented(comparison, new, now):
            continue
        dotted, there = comparison.before.names.dotted(old), comparison.after.names.dotted(new)
        spelled = {dotted, dotted.rpartition(".")[2]}
        for path in sorted(comparison.new.code_with(_RUNNERS)):
            symbols = comparison.after.symbols(path) if path.endswith(".py") else None
            for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
                called = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if symbols is None or called not in _RUNNERS or not call.args:
                    continue
                if _is_any(comparison, path, call, old):
                    message = f"this runs the examples of several modules, and finds none in {old} any more"
                    yield Finding(
                        symbols.source.place(call), message, "test-lost", Kind.BROKEN, Place(old), f"run {path}"
                    )
                    continue
                given = call.args[0].value if isinstance(call.args[0], ast.Constant) else ast.unparse(call.args[0])
                knows = comparison.after.origins(path, str(given).partition(".")[0]) or dotted == given
                if given in spelled and knows and there.rpartition(".")[2] not in symbols.source.text:
                    message = f"this runs the examples of {old}, and no longer those of {now}"
                    where, cause = symbols.source.place(call), f"run {path}"
                    yield Finding(where, message, "test-lost", Kind.BROKEN, Place(old), cause)


def _is_any(comparison: Comparison, path: str, call: ast.Call, old: str) -> bool:
    """``for module in (orders, people): doctest.testmod(module)``, where no example is left in ``old``."""
    symbols, given = comparison.after.symbols(path), call.args[0]
    left = comparison.after.symbols(old)
    if symbols is None or left is None or not isinstance(given, ast.Name) or given.id in symbols.binds:
        return False
    if any(True for node in left.body for _ in _docstrings(node)):
        return False
    names = {n.id for n in symbols.source.nodes.of(ast.Name)} & symbols.binds.keys()
    return any((old, "") in comparison.after.origins(path, name) for name in names)


def _is_documented(comparison: Comparison, path: str, name: str) -> bool:
    symbols = comparison.after.symbols(path)
    nodes = [node for node in (symbols.body if symbols else ()) if name in defined_names(node)]
    return any(True for node in nodes for _ in _docstrings(node))


def _found(snapshot: Snapshot, path: str, name: str) -> Origins:
    """What an example of a module finds by a name: it is imported for that, unless it runs its examples as a script."""
    symbols = snapshot.symbols(path)
    bounds = symbols.binds.get(name, ()) if symbols is not None else ()
    if bounds and all(b.script for b in bounds) and symbols is not None and "doctest" not in symbols.source.text:
        return frozenset({("", f"builtins.{name}")}) if name in BUILTINS else frozenset()
    return snapshot.origins(path, name)


def _docstrings(node: ast.stmt) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and ">>>" in str(node.value.value):
        yield node.value
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = inner.body[0]
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and ">>>" in value.value:
                yield value


def _imported(comparison: Comparison, path: str) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """What examples of a module imported before the move, by which name."""
    symbols = comparison.before.symbols(path)
    return {
        (name, comparison.mapped(found))
        for node in (symbols.body if symbols else ())
        for text in _docstrings(node)
        for name, found in _names(comparison.before, path, str(text.value))
        if found is not None
    }


def _names(snapshot: Snapshot, path: str, text: str) -> Iterator[tuple[str, frozenset[tuple[str, str]] | None]]:
    """Each name that the examples of a text read, with what they import it from (None: they don't)."""
    read: set[str] = set()
    bound: set[str] = set()
    imported: dict[str, frozenset[tuple[str, str]]] = {}
    try:
        pieces = [ast.parse(example.source) for example in doctest.DocTestParser().get_examples(text)]
    except (ValueError, SyntaxError):
        return
    for node in (inner for piece in pieces for inner in ast.walk(piece)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                origins = snapshot.imported(path, node.module or "", alias.name)
                imported[alias.asname or alias.name] = origins
        elif isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                imported[alias.asname or module] = snapshot.imported(path, module, None)
    for name in sorted(read - bound):
        yield name, imported.get(name)
