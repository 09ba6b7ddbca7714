"""Texts made of the signature of a function that has a class that moved in its annotations: it shows the module of
that. The function is named, or one to which the function around the text is applied."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name

_ACCEPTED = "module-recorded"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def told_by_signature(comparison: Comparison) -> Iterator[Finding]:
    """Each text that shows a class by its old module before, and by its new one after."""
    accepted = {code for move in comparison.moves for code in move.accept}
    pairs = [p for p in comparison.pairing.pairs if p.moved and isinstance(p.new.node, ast.ClassDef)]
    moved = {(pair.new.path, name) for pair in pairs for name in pair.new.names}
    for path in sorted(comparison.new.code_with(["signature"])) if moved and _ACCEPTED not in accepted else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for place, asked, function in _texts(symbols) if symbols is not None else ():
            if any(_has(comparison, moved, *one) for one in _asked(comparison, path, asked, function)):
                message = "this shows the signature of a function with a class that moved in it, and its module"
                yield Finding(symbols.source.place(place), message, "module-attribute", Kind.BROKEN)  # type: ignore[union-attr]


def _texts(symbols: SymbolTable) -> Iterator[tuple[ast.expr, ast.expr, ast.AST | None]]:
    """(text, of which the signature is asked, the function around) for each text that has a signature in it."""
    parents = symbols.source.nodes.parents
    for call in symbols.source.nodes.of(ast.Call):
        above = parents.get(id(call))
        told = isinstance(above, ast.FormattedValue) or (
            isinstance(above, ast.Call) and call in above.args and last_name(above.func) in ("str", "format", "repr")
        )
        if not told or last_name(call.func) != "signature" or not call.args:
            continue
        while above is not None and not isinstance(above, (*_FUNCTIONS, ast.Raise)):
            above = parents.get(id(above))
        if not isinstance(above, ast.Raise):
            yield call, call.args[0], above


def _asked(
    comparison: Comparison, path: str, asked: ast.expr, function: ast.AST | None
) -> Iterator[tuple[str, ast.stmt]]:
    snapshot = comparison.after
    yield from definitions_meant(snapshot, path, asked)
    parameters = [a.arg for a in function.args.args] if isinstance(function, _FUNCTIONS) else []
    if not isinstance(function, _FUNCTIONS) or getattr(asked, "id", None) not in parameters[:1]:
        return
    for other in sorted(comparison.new.code_with([function.name])):
        symbols = snapshot.symbols(other) if other.endswith(".py") else None
        for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
            if call.args and last_name(call.func) == function.name:
                if any(made is function for _, made in definitions_meant(snapshot, other, call.func)):
                    yield from definitions_meant(snapshot, other, call.args[0])
        for made in symbols.body if symbols is not None else ():
            for decorator in getattr(made, "decorator_list", ()):
                if any(found is function for _, found in definitions_meant(snapshot, other, decorator)):
                    yield other, made


def _has(comparison: Comparison, moved: set[tuple[str, str]], path: str, made: ast.stmt) -> bool:
    """Is a class that moved itself an annotation of the function, and no text?"""
    symbols = comparison.after.symbols(path)
    if not isinstance(made, _FUNCTIONS) or symbols is None or "import annotations" in symbols.source.text:
        return False
    notes = [a.annotation for a in walk(made.args) if isinstance(a, ast.arg)] + [made.returns]
    inside = (n for note in notes if note is not None for n in walk(note) if isinstance(n, (ast.Name, ast.Attribute)))
    return any(not moved.isdisjoint(comparison.after.meaning(path, node)) for node in inside)
