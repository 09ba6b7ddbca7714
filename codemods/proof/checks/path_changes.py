"""A file that changes ``sys.path``, and an import above that of what stood below it, or which brings that."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable, flat


def above_path_change(comparison: Comparison, path: str) -> Iterator[Finding]:
    """A module that stood below a change of ``sys.path``, and that an import above it brings now."""
    before, after = comparison.before.symbols(path), comparison.after.symbols(path)
    changing = _changing_path(after) if before is not None and after is not None else None
    if before is None or after is None or changing is None or (was := _changing_path(before)) is None:
        return
    named = [(node.lineno, m) for node in _imports(before) for m in _modules(comparison.before, path, node)]
    below = {module for line, module in named if line > was} - {module for line, module in named if line < was}
    for node in _imports(after):
        if node.lineno < changing:
            for named_module in _modules(comparison.after, path, node):
                target = comparison.after.find(named_module, path)
                symbols = comparison.after.symbols(target) if target in comparison.changed else None
                inner = _imports(symbols) if symbols is not None and target is not None else ()
                brought = {m for n in inner for m in _modules(comparison.after, str(target), n)}
                for module in sorted({named_module, *brought} & below):
                    way = f" by {target}" if module != named_module else ""
                    message = f"this imports `{module}`{way}, before line {changing} says where to look for it"
                    yield Finding(Place(path, node.lineno), message, "missing-module", Kind.BROKEN)


def _changing_path(symbols: SymbolTable) -> int | None:
    """The line of the first statement of a module that changes where imports look."""
    for node in symbols.body:
        if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.If)) and "sys.path" in ast.unparse(node):
            return node.lineno
    return None


def _imports(symbols: SymbolTable) -> Iterator[ast.Import | ast.ImportFrom]:
    for node, typing in flat(symbols.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not typing:
            yield node


def _modules(snapshot: Snapshot, path: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    return [a.name for a in node.names] if isinstance(node, ast.Import) else [snapshot.absolute(path, node)]
