"""Suites of examples: who runs those of a module runs those of a new one that definitions left it for, a line below."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise


def new_suites(body: Sequence[ast.stmt], is_new: Callable[[str], bool]) -> Iterator[ast.stmt]:
    """The statements of a block that add the examples of a new module as the one above adds another's."""
    for above, node in pairwise(body):
        given = _given(node)
        if isinstance(given, ast.Constant) and isinstance(given.value, str) and is_new(given.value):
            if _is_the_same(above, node):
                yield node


def _given(node: ast.stmt) -> ast.expr | None:
    """The module of ``suite.addTests(DocTestSuite(module))``."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)] if isinstance(node, ast.Expr) else []
    suites = [n for n in calls if getattr(n.func, "attr", getattr(n.func, "id", "")) == "DocTestSuite" and n.args]
    return suites[0].args[0] if len(suites) == 1 else None


def _is_the_same(one: ast.stmt, two: ast.stmt) -> bool:
    """But for the module."""
    first, second = _given(one), _given(two)
    if first is None or second is None:
        return False
    return ast.dump(one).replace(ast.dump(first), "", 1) == ast.dump(two).replace(ast.dump(second), "", 1)
