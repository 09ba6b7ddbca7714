"""Faults of statements at module level: lost, doubled, in another order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good


@fault
def statements_swapped(good: Good) -> Iterator[Damaged]:
    """Two neighbours at module level changed places."""
    for module in good.changed:
        for one, two in zip(module.body, module.body[1:], strict=False):
            (a, b), (c, d) = module.span(one), module.span(two)
            if "__future__" not in module.text[a:d] and "coding" not in module.text[:a]:
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{one.lineno} and {two.lineno}", (module.path, text))


@fault
def statement_lost(good: Good) -> Iterator[Damaged]:
    """A statement at module level is missing."""
    for module in good.changed:
        for node in module.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                yield good.replaced(module, node, "", "lost")


@fault
def statement_twice(good: Good) -> Iterator[Damaged]:
    """A statement at module level stands there twice."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.ClassDef, ast.FunctionDef)):
                text = module.text.rstrip("\n") + "\n\n\n" + module.segment(node) + "\n"
                yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def left_behind(good: Good) -> Iterator[Damaged]:
    """What moved stands in the source too, before the import."""
    if (module := good.source) is not None:
        for _, node in good.moved():
            yield good.with_(f"{module.path}", (module.path, ast.unparse(node) + "\n\n\n" + module.text))


@fault
def file_lost(good: Good) -> Iterator[Damaged]:
    """A module is missing."""
    for module in good.changed:
        yield good.with_(module.path, (module.path, None))


@fault
def syntax_broken(good: Good) -> Iterator[Damaged]:
    """A module can't be read."""
    for module in good.changed:
        yield good.with_(module.path, (module.path, module.text + "\n)\n"))
