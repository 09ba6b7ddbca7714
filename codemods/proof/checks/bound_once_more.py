"""A moved name that its old module may bind once more, by a statement that says no names.

``from .local_settings import *``, ``globals().update(…)``, ``exec(text, globals())`` below a definition change what
others import from that module; they don't reach the module to which the definition went.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable, defined_names, flat
from codemods.proof.statements.pairing import Pair

_NAMESPACES = ("globals", "vars", "locals")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bound_once_more(comparison: Comparison) -> Iterator[Finding]:
    for pair in comparison.pairing.pairs:
        symbols = comparison.before.symbols(pair.old.path) if pair.moved else None
        if symbols is None or comparison.home(pair.old.path) == pair.new.path:
            continue
        for name in sorted(pair.old.names):
            line = _line(comparison, symbols, pair, name)
            if line is not None:
                message = f"line {line} of {pair.old.path} may bind {name} once more, which changes nothing here"
                yield Finding(pair.new.place, message, "another-object", before=pair.old.place)


def _line(comparison: Comparison, symbols: SymbolTable, pair: Pair, name: str) -> int | None:
    """Where the last value of a name may be another than the one that moved."""
    found = None
    for node in (node for node, typing in flat(symbols.body) if not typing and node.lineno > pair.old.place.line):
        if found is None and _may_bind(comparison, pair, node, name):
            found = node.lineno
        elif found is not None and name in set(defined_names(node)) and node in symbols.body:
            found = None
    return found


def _may_bind(comparison: Comparison, pair: Pair, node: ast.stmt, name: str) -> bool:
    path = pair.old.path
    if isinstance(node, ast.ImportFrom):
        if node.names[0].name != "*":
            return False
        dotted = comparison.before.absolute(path, node)
        target = comparison.before.find(dotted, path)
        if target is None:
            return not name.startswith("_")
        there = comparison.before.bound_origins(target, name)
        return comparison.before.exports(target, name) and not there <= {(path, name)}
    if isinstance(node, _DEFINITIONS) or isinstance(pair.old.node, _DEFINITIONS):
        return False  # a name that is computed is seldom one of a function or a class
    return any(_sets(inner, name) for inner in ast.walk(node))


def _sets(node: ast.AST, name: str) -> bool:
    """May this set the name in the namespace of its own module?"""
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load) and _own(node.value) and _may_be(node.slice, name)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr == "update" and _own(node.func.value) and any(_has(a, name) for a in node.args)
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    if called == "exec" and (len(node.args) == 1 or (node.args and _own(node.args[-1]))):
        text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        return text is None or (isinstance(text, str) and name in text)
    return called in ("setattr", "delattr") and "__name__" in ast.unparse(node.args[0]) and _may_be(node.args[1], name)


def _own(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES:
        return not node.args or "__name__" in ast.unparse(node.args[0])
    return isinstance(node, ast.Attribute) and node.attr == "__dict__" and "__name__" in ast.unparse(node.value)


def _has(mapping: ast.expr, name: str) -> bool:
    """May a mapping have the key?"""
    if isinstance(mapping, ast.Dict):
        return any(key is None or _may_be(key, name) for key in mapping.keys)
    return not isinstance(mapping, ast.DictComp) or _may_be(mapping.key, name)


def _may_be(key: ast.expr, name: str) -> bool:
    """May a text be the name? It is not if what it begins or ends with is written, and is otherwise."""
    if isinstance(key, ast.Constant):
        return key.value == name
    parts: list[ast.expr] = key.values if isinstance(key, ast.JoinedStr) else []
    if isinstance(key, ast.BinOp):
        parts = [key.left, key.right]
    first, last = (parts[0], parts[-1]) if parts else (None, None)
    if isinstance(first, ast.Constant) and not name.startswith(str(first.value)):
        return False
    return not (isinstance(last, ast.Constant) and not name.endswith(str(last.value)))
