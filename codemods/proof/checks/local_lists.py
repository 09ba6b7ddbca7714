"""A function that hands on all of its local names has none more for an import that was written into it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.listings import lists_locals
from codemods.proof.comparison.comparison import Comparison


def new_locals(comparison: Comparison) -> Iterator[Finding]:
    for pair in comparison.pairs:
        old = {ast.unparse(node) for node in pair.old.reading.inner}
        if all(ast.unparse(node) in old for node in pair.new.reading.inner):
            continue
        for function in ast.walk(pair.new.node):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            new = [
                n for n in function.body if isinstance(n, (ast.Import, ast.ImportFrom)) and ast.unparse(n) not in old
            ]
            call = lists_locals(function) if new else None
            if call is not None:
                message = f"{pair.new.said} lists its local names, with what it imports now"
                yield Finding(Place(pair.new.path, call.lineno), message, "handed-on", Kind.BROKEN, pair.old.place)
