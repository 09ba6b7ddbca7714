"""A module that lost names, and that others hand on: by a name of their own, or by a star that takes a submodule."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.snapshot.symbols import SymbolTable


def ended_behind_others(comparison: Comparison) -> Iterator[Finding]:
    """Each place that asks such a module for what it lost, having got it from another module."""
    for lost, names in sorted(comparison.lost.items()):
        for holder, name in sorted(_holders(comparison, lost)):
            for path in sorted(comparison.new.code_with([name]) & comparison.new.code_with([stem(holder)])):
                symbols = comparison.after.symbols(path) if path.endswith(".py") and path != holder else None
                for node in symbols.source.nodes.of(ast.Attribute) if symbols is not None else ():
                    if node.attr in names and _ends(comparison, path, node, lost):
                        message = f"{ast.unparse(node)} is read here, which {lost} no longer has"
                        place = symbols.source.place(node)  # type: ignore[union-attr]
                        yield Finding(place, message, "missing-name", Kind.BROKEN, Place(holder))


def _holders(comparison: Comparison, lost: str) -> Iterator[tuple[str, str]]:
    """(module, name) for each module that has the one by a name, or lists it in ``__all__``."""
    snapshot = comparison.after
    for path in sorted(snapshot.tree.code_with([stem(lost)])):
        symbols = snapshot.symbols(path) if path.endswith(".py") and path != lost else None
        if symbols is not None:
            bound = (n for n, found in symbols.binds.items() if not all(b.defined for b in found))
            yield from ((path, n) for n in bound if snapshot.origins(path, n) == {(lost, "")})
            yield from _listed(comparison, path, symbols, lost)


def _listed(comparison: Comparison, path: str, symbols: SymbolTable, lost: str) -> Iterator[tuple[str, str]]:
    name = stem(lost)
    if name in (symbols.exported or ()) and path.endswith("__init__.py") and name not in symbols.binds:
        if comparison.after.find(f"{comparison.after.names.dotted(path)}.{name}", path) == lost:
            yield path, name


def _ends(comparison: Comparison, path: str, node: ast.Attribute, lost: str) -> bool:
    """Did the module have it, and does nobody find it there now?"""
    holder = comparison.after.meaning(path, node.value)
    return holder == {(lost, "")} and not comparison.after.given(lost, node.attr)
