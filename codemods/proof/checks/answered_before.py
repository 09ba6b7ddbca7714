"""A name that a module answered by its ``__getattr__``, and binds since a definition of that name came into it.

Python asks ``__getattr__`` for names that a module does not bind, so whoever took the answer gets the definition now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable


def answered_before(comparison: Comparison) -> Iterator[Finding]:
    for pair in comparison.pairing.pairs:
        path = pair.new.path
        symbols = comparison.before.symbols(path) if pair.moved and pair.old.path != path else None
        if symbols is None or path not in comparison.old.paths:
            continue
        for name in sorted(pair.new.names - symbols.binds.keys()):
            # A lazy old path of an earlier move gave this very definition.
            line = None if name in symbols.lazy else _answer(symbols, name)
            if line is not None:
                message = f"`__getattr__` in line {line} answered for {name}, and is asked for it no more"
                yield Finding(pair.new.place, message, "another-object", before=pair.old.place)


def _answer(symbols: SymbolTable, name: str) -> int | None:
    """The line of a module's ``__getattr__``, where the module speaks of a name, in there or in a table."""
    lines = [node.lineno for node in symbols.body if getattr(node, "name", "") == "__getattr__"]
    said = any(node.value == name for node in symbols.source.nodes.of(ast.Constant)) if lines else False
    return lines[0] if said else None
