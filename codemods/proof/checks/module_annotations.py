"""Annotations of a module that somebody reads: a name that it imports has none. A part of the check of namespaces."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name

_WORDS = ("__annotations__", "get_type_hints", "get_annotations")


def annotations_read(comparison: Comparison) -> Iterator[Finding]:
    """Code that reads the annotations of a module that an annotated name left."""
    left = {pair.old.path: pair for pair in comparison.pairing.pairs if pair.moved and _is_annotated(pair.old.node)}
    for path in sorted(comparison.new.code_with(_WORDS)) if left else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for node, asked in _asked(symbols) if symbols is not None else ():
            modules = {where for where, name in comparison.after.meaning(path, asked) if not name} if asked else {path}
            for old in sorted(modules & left.keys()):
                pair, name = left[old], ", ".join(sorted(left[old].old.names))
                message = f"the annotations of {old} are read here, and {name} has none there any more"
                assert symbols is not None
                yield Finding(symbols.source.place(node), message, "another-object", Kind.OTHER, pair.old.place)


def _is_annotated(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def _asked(symbols: SymbolTable) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """(where annotations are read, of what; None: of the module itself)"""
    nodes = symbols.source.nodes
    yield from ((n, n.value) for n in nodes.of(ast.Attribute) if n.attr == "__annotations__")
    yield from ((n, None) for n in nodes.of(ast.Name) if n.id == "__annotations__")
    yield from ((n, n.args[0]) for n in nodes.of(ast.Call) if n.args and last_name(n.func) in _WORDS)
