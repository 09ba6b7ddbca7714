"""Names that a test takes away from a module: moved code that named them raised NameError, and an import of one that is
not there raises something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import Origin, SymbolTable
from codemods.proof.statements.name_resolution import last_name


def missed_otherwise(comparison: Comparison) -> Iterator[Finding]:
    """Each deletion of a name that moved code read in its own module, and reads through that module now."""
    readers: dict[Origin, Place] = {}
    for pair in comparison.pairing.pairs:
        if pair.moved:
            own = {
                n for o in pair.old.reading.occurrences if o.moment == "call" for w, n in o.cells if w == pair.old.path
            }
            home = comparison.home(pair.old.path)
            for occurrence in pair.new.reading.occurrences:
                found = {cell for cell in occurrence.cells if cell[0] == home and cell[1] in own}
                readers |= dict.fromkeys(found, Place(pair.new.path, occurrence.line)) if pair.new.path != home else {}
    words = ["delattr", "del"]
    for path in sorted(comparison.new.code_with(words)) if readers else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for node, cell in _deleted(comparison, path, symbols) if symbols is not None else ():
            if cell in readers:
                message = f"this deletes {cell[1]} of {cell[0]}: {readers[cell]} raised NameError, and does not now"
                place = Place(path, node.lineno)
                yield Finding(place, message, "patch-target", Kind.BROKEN, readers[cell], f"patch {cell[0]}:{cell[1]}")


def _deleted(comparison: Comparison, path: str, symbols: SymbolTable) -> Iterator[tuple[ast.expr, Origin]]:
    """(place, the module and name that it takes away)"""
    for call in symbols.source.nodes.of(ast.Call):
        match call.args if last_name(call.func) == "delattr" else ():
            case [ast.Constant(value=str(dotted)), *_]:
                _, cell, _ = comparison.after.written(path, dotted)
                yield from [(call, cell)] if cell is not None else []
            case [held, ast.Constant(value=str(name)), *_]:
                yield from ((call, (where, name)) for where, inner in comparison.after.meaning(path, held) if not inner)
    for node in symbols.source.nodes.of(ast.Attribute):
        if isinstance(node.ctx, ast.Del):
            yield from ((node, (w, node.attr)) for w, inner in comparison.after.meaning(path, node.value) if not inner)
