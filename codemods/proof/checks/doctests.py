"""Examples (`>>>`) in docstrings find the names that they found: doctest runs them among the names of their module."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import defined_names

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
                for name, found in _names(comparison.after, path, str(text.value)):
                    wanted = comparison.mapped(comparison.before.origins(home, name))
                    there = comparison.after.origins(path, name) if found is None else found
                    if wanted and there != wanted and (name, there) not in _imported(comparison, home):
                        message = f"an example here reads {name}, which is not there, or is not what it was"
                        kind = Kind.BROKEN if not there else Kind.EDITED
                        failures.append(Finding(Place(path, text.lineno), message, "example", kind))
    return Check("examples", SAYS, count, tuple(failures))


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
