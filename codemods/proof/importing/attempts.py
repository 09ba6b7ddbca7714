"""What catches an error while modules are imported: the handlers of a ``try``, and ``with contextlib.suppress(…)``."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator


def attempts(node: ast.AST) -> bool:
    """May a statement go on where something in it fails?"""
    return any(True for _ in _caught(node))


def catches(node: ast.AST, error: type[Exception]) -> bool:
    """May it catch that error? What names no exception of Python's own may."""
    for kind in _caught(node):
        known = vars(builtins).get(kind.id) if isinstance(kind, ast.Name) else None
        if not isinstance(known, type) or issubclass(error, known) or issubclass(known, error):
            return True
    return False


def _caught(node: ast.AST) -> Iterator[ast.expr | None]:
    if isinstance(node, (ast.Try, ast.TryStar)):
        for handler in node.handlers:
            yield from handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    elif isinstance(node, ast.With):
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == "suppress":
                yield from call.args
