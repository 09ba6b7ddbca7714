"""Suites of examples: who runs those of a module runs those of a new one that definitions left it for, a line below,
or in the same loop."""

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


def without_added(loop: ast.For, is_new: Callable[[str], bool]) -> ast.For:
    """``for module in (orders, "shop.new"): suite.addTest(DocTestSuite(module))`` without its last item, where that is
    a new module and the body only makes the suite; any other loop is returned unchanged."""
    over, body = loop.iter, loop.body
    given = _given(body[0]) if len(body) == 1 else None
    last = over.elts[-1] if isinstance(over, (ast.Tuple, ast.List)) and len(over.elts) > 2 else None
    named = last.value if isinstance(last, ast.Constant) else None
    if not isinstance(given, ast.Name) or not isinstance(named, str) or not is_new(named):
        return loop
    read = [n.id for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == given.id]
    if ast.unparse(loop.target) != given.id or len(read) != 2 or loop.orelse:
        return loop
    less = type(over)(elts=over.elts[:-1], ctx=ast.Load())  # type: ignore[attr-defined]
    return ast.copy_location(ast.For(loop.target, ast.copy_location(less, over), body, [], loop.type_comment), loop)


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
