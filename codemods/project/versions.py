"""Tests that every Python that can read the code answers alike: of its version, which is 3.0 or newer, of a constant,
and of ``TYPE_CHECKING``, which is false wherever code runs."""

from __future__ import annotations

import ast

_OLDER, _NEWER = (ast.Lt, ast.LtE), (ast.Gt, ast.GtE)


def answer(test: ast.expr) -> bool | None:
    """What ``sys.version_info >= (3,)`` says; None where it says different things to different versions."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        said = answer(test.operand)
        return None if said is None else not said
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if getattr(test, "id", getattr(test, "attr", "")) in ("TYPE_CHECKING", "MYPY"):
        return False
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    operator, first = test.ops[0], _first_number(test.comparators[0], _is_whole(test.left))
    if first is None or not _asks_version(test.left):
        return None
    exactly = isinstance(test.comparators[0], ast.Constant) or len(test.comparators[0].elts) == 1  # type: ignore[attr-defined]
    if first < 3:
        return isinstance(operator, (*_NEWER, ast.NotEq))
    if first == 3 and (exactly or _is_zero(test.comparators[0])):
        if isinstance(operator, (ast.GtE, ast.Lt)):
            return isinstance(operator, ast.GtE)
        if isinstance(operator, (ast.Eq, ast.NotEq)) and not _is_whole(test.left):
            return isinstance(operator, ast.Eq)
    return None


def _asks_version(node: ast.expr) -> bool:
    """``sys.version_info``, its first number, or its first numbers."""
    if isinstance(node, ast.Attribute) and node.attr == "major":
        node = node.value
    elif isinstance(node, ast.Subscript):
        if not isinstance(node.slice, ast.Slice) and getattr(node.slice, "value", None) != 0:
            return False
        if isinstance(node.slice, ast.Slice) and (node.slice.lower is not None or node.slice.step is not None):
            return False
        node = node.value
    return getattr(node, "attr", getattr(node, "id", "")) == "version_info"


def _is_whole(node: ast.expr) -> bool:
    """Is it more than the first number?"""
    return not (isinstance(node, ast.Attribute) and node.attr == "major") and not (
        isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice)
    )


def _first_number(node: ast.expr, whole: bool) -> int | None:
    parts = node.elts if whole and isinstance(node, ast.Tuple) else [node] if not whole else []
    numbers = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, int)]
    return numbers[0] if numbers and len(numbers) == len(parts) else None


def _is_zero(node: ast.expr) -> bool:
    """``(3, 0)``"""
    return isinstance(node, ast.Tuple) and all(getattr(part, "value", None) == 0 for part in node.elts[1:])
