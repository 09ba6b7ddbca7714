"""Two blocks of a module that are not for everybody who imports it: the main guard, and what type checkers see."""

from __future__ import annotations

import ast


def is_main_guard(node: ast.stmt) -> bool:
    """``if __name__ == "__main__":``, with conditions beside it or without."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    parts = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And) else [node.test]
    return any(
        isinstance(part, ast.Compare)
        and isinstance(part.ops[0], ast.Eq)
        and {getattr(side, "id", getattr(side, "value", None)) for side in (part.left, part.comparators[0])}
        == {"__name__", "__main__"}
        for part in parts
    )


def is_type_checking(test: ast.expr) -> bool:
    """Is this the test of an ``if TYPE_CHECKING:``? mypy takes ``MYPY`` for true as well."""
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return name in ("TYPE_CHECKING", "MYPY")


def is_for_checkers(node: ast.stmt) -> bool:
    """Do only type checkers see what a statement binds?"""
    return isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse
