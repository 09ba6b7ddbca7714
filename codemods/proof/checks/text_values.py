"""What an expression of texts gives, where one part of it is known: ``name.split(".")[0] == "shop"``.

Nothing is executed: a few methods of texts, comparisons, and sums, on values that are written out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

_METHODS = frozenset(
    {"split", "rsplit", "partition", "rpartition", "join", "lower", "upper", "strip", "lstrip", "rstrip", "title"}
    | {"removeprefix", "removesuffix", "startswith", "endswith", "find", "count", "index", "replace"}
)
_COMPARING: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda one, two: one == two,
    ast.NotEq: lambda one, two: one != two,
    ast.In: lambda one, two: one in two,
    ast.NotIn: lambda one, two: one not in two,
}


class NotKnown(Exception):
    """Something else stands in the expression, or it fails."""


def value_of(node: ast.AST, part: ast.AST, known: object) -> object:
    """The value of an expression, where ``part`` of it is ``known``; raises `NotKnown`."""
    try:
        return _Value(part, known).of(node)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
        raise NotKnown from error


class _Value:
    def __init__(self, part: ast.AST, known: object) -> None:
        self.part = part
        self.known = known

    def of(self, node: ast.AST | None) -> Any:
        if node is self.part:
            return self.known
        match node:
            case None:
                return None
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.of(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.of(operand)
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(self.of(lower), self.of(upper), self.of(step))
            case ast.Subscript(value=value, slice=key):
                return self.of(value)[self.of(key)]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(map(self.of, parts))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.of(left) + self.of(right)
            case ast.BoolOp(op=op, values=values):
                return self._chosen(isinstance(op, ast.And), values)
            case ast.JoinedStr(values=values):
                return "".join(map(self.of, values))
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return f"{self.of(value)}"
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARING:
                return _COMPARING[type(op)](self.of(left), self.of(right))
            case ast.Call(func=ast.Attribute(value=text, attr=name), args=args, keywords=[]) if name in _METHODS:
                held = self.of(text)
                if isinstance(held, (str, tuple, list)):
                    return getattr(held, name)(*map(self.of, args))
        raise NotKnown

    def _chosen(self, until: bool, values: list[ast.expr]) -> Any:
        """``module or ""``, of which what follows may not be known."""
        found = None
        for value in values:
            found = self.of(value)
            if bool(found) is not until:
                break
        return found
