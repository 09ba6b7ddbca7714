"""What may run between the start of a function and a place in it, as the syntax has it: calls, and where it waits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.project.nodes import children, walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_WAITS = (ast.Await, ast.Yield, ast.YieldFrom)
_ENTERS = (ast.AsyncFor, ast.AsyncWith)
_LOOPS = (ast.While, ast.For, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (ast.Return, ast.Raise)


@dataclass(frozen=True)
class Meanwhile:
    """``call``: what is called; None where the function waits, or where others have a function of it that reads.
    ``again``: in a loop around both, so it runs any number of times; ``polls``: in a ``while``."""

    node: ast.AST
    call: ast.expr | None
    again: bool
    polls: bool = False


def meanwhile(function: ast.AST, read: ast.AST) -> Iterator[Meanwhile]:
    """What runs after a function has started and before it, or a function in it, comes to a name."""
    parents = {id(below): node for node in walk(function) for below in children(node)}
    around = list(_around(parents, function, read))
    for node in around:
        if isinstance(node, (*_FUNCTIONS, ast.GeneratorExp)):
            yield Meanwhile(node, None, True)
    loop = next((node for node in reversed(around) if _repeats(node, around)), None)
    for node in walk(function):
        waits = isinstance(node, (*_WAITS, *_ENTERS))
        if not (waits or isinstance(node, ast.Call)):
            continue
        outside = list(_around(parents, function, node))
        if any(isinstance(outer, _FUNCTIONS) and outer not in around for outer in outside):
            continue
        again = loop is not None and loop in outside
        if again or (_is_before(node, read, around) and not _is_left(outside, around, read)):
            polls = again and isinstance(loop, ast.While)
            yield Meanwhile(node, node.func if isinstance(node, ast.Call) else None, again, polls)


def _around(parents: dict[int, ast.AST], function: ast.AST, node: ast.AST) -> Iterator[ast.AST]:
    """What stands around a node, from the inside to the outside."""
    outer = parents.get(id(node))
    while outer is not None and outer is not function:
        yield outer
        outer = parents.get(id(outer))


def _repeats(node: ast.AST, around: list[ast.AST]) -> bool:
    """Is it a loop that reads anew each time? What a loop goes through is read once."""
    return isinstance(node, _LOOPS) and not (isinstance(node, (ast.For, ast.AsyncFor)) and node.iter in around)


def _is_before(node: ast.AST, read: ast.AST, around: list[ast.AST]) -> bool:
    if isinstance(node, _ENTERS):
        return node in around
    if node in around:  # it is an argument
        return False
    return (node.end_lineno, node.end_col_offset) <= (read.lineno, read.col_offset)  # type: ignore[attr-defined]


def _is_left(outside: list[ast.AST], around: list[ast.AST], read: ast.AST) -> bool:
    """Does whoever comes by a node leave the function then, or pass the place in another branch?"""
    for inner, outer in zip(outside, outside[1:], strict=False):
        if isinstance(outer, ast.If) and inner in outer.body:
            if isinstance(outer.body[-1], _LEAVES) and inner not in around:
                return True
            if outer in around and any(other in around or other is read for other in outer.orelse):
                return True
    return False
