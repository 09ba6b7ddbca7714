"""Names that a function sets in what it was given: its own keywords, `for key in kw: setattr(module, key, kw[key])`.

Whoever calls it writes them, so that they can be told, however general the function is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.proof.comparison.comparison import Comparison
from codemods.proof.statements.name_resolution import last_name

_READING = frozenset({"items", "keys", "values", "get", "copy"})
_COPYING = frozenset({"list", "sorted", "tuple", "dict", "reversed"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def written_by_callers(
    comparison: Comparison, functions: tuple[Function, ...], around: tuple[str, ...], key: object
) -> frozenset[str] | None:
    """The names that ``key`` stands for in the innermost of these functions; None where nobody can tell."""
    if not functions or not isinstance(key, ast.Name) or not _is_a_keyword(functions[-1], key.id):
        return None
    made = functions[-1].name in ("__init__", "__new__")
    if made and len(around) < 2:
        return None
    return _keywords(comparison, around[-2] if made else around[-1])


def _is_a_keyword(function: Function, key: str) -> bool:
    """Does a name of a function stand for nothing but the names of its keywords?"""
    spread = function.args.kwarg.arg if function.args.kwarg is not None else ""
    inside = list(ast.walk(function))
    stored = [
        n for n in inside if isinstance(n, ast.Name) and n.id in (key, spread) and not isinstance(n.ctx, ast.Load)
    ]
    loops = [n for n in inside if isinstance(n, (ast.For, ast.comprehension)) and _first(n, spread) == key]
    read = (n for n in inside if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == spread)
    put = (n for n in inside if isinstance(n, ast.Subscript) and getattr(n.value, "id", "") == spread)
    changed = any(n.attr not in _READING for n in read) or any(not isinstance(n.ctx, ast.Load) for n in put)
    return bool(spread and loops) and len(stored) == len(loops) and not changed


def _first(loop: ast.For | ast.comprehension, spread: str) -> str:
    """The variable of a loop that takes the names of keywords, one after the other."""
    over, pairs = loop.iter, False
    while isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id in _COPYING and over.args:
        over = over.args[0]
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) and over.func.attr in ("items", "keys"):
        over, pairs = over.func.value, over.func.attr == "items"
    if getattr(over, "id", "") != spread:
        return ""
    target = loop.target
    if pairs:
        target = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else ast.Constant(None)
    return target.id if isinstance(target, ast.Name) else ""


def _keywords(comparison: Comparison, called: str) -> frozenset[str] | None:
    """The keywords of all calls by a name; None where it is used otherwise, or hands on what it was given."""
    found: set[str] = set()
    for path in sorted(comparison.new.code_with([called])):
        symbols = comparison.after.symbols(path)
        if symbols is None:
            return None
        nodes = symbols.source.nodes
        calls = [call for call in nodes.of(ast.Call) if last_name(call.func) == called]
        functions = {id(call.func) for call in calls}
        uses: Iterator[ast.expr] = (
            *(n for n in nodes.of(ast.Name) if n.id == called),
            *(n for n in nodes.of(ast.Attribute) if n.attr == called),
            *(n for n in nodes.of(ast.Constant) if n.value == called),
        )  # type: ignore[assignment]
        renamed = any(a.name == called and a.asname not in (None, called) for n in nodes.imports for a in n.names)
        if renamed or any(id(use) not in functions for use in uses):
            return None
        for keyword in (keyword for call in calls for keyword in call.keywords):
            if keyword.arg is None:
                return None
            found.add(keyword.arg)
    return frozenset(found)
