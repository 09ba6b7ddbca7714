"""Names that may be replaced by whoever is handed the module and the name: ``make(orders, send=fake)``, where ``make``
is another name for what sets them, ``put("shop.orders.send", fake)``, ``names = vars(orders); names["send"] = fake``.

What is called need not be known: it is asked whether the code around says a name of which moved code no longer hears,
beside the module, and whether it, or what it calls, sets names at all.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable, defined_names
from codemods.proof.statements.name_resolution import last_name

_SETS = re.compile(r"\b(?:setattr|delattr|__setattr__|patch|setitem|__dict__|vars|monkeypatch)\b")
# Their paths are compared name by name.
_FOLLOWED = frozenset({"patch", "setattr", "delattr", "dict"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEEP = 3


def named_beside(
    comparison: Comparison,
    lost: Mapping[tuple[str, str], Place],
    wholes: Mapping[str, Mapping[str, Collection[ast.expr]]],
) -> Iterator[Finding]:
    """``lost``: names that moved code no longer looks up in a module; ``wholes``: by module and file, where it is used
    as an object."""
    names: dict[str, set[str]] = defaultdict(set)
    for module, name in lost:
        names[module].add(name)
    for module, missed in names.items():
        dotted = comparison.after.names.dotted(module)
        knowing = comparison.new.code_with([dotted.rpartition(".")[2]])
        for path in sorted(knowing & comparison.new.code_with([*missed, "update"])):
            symbols = comparison.after.symbols(path) if path.endswith(".py") and path != module else None
            held = {id(node) for node in wholes.get(module, {}).get(path, ())}
            if symbols is None or not (held or dotted in symbols.source.text):
                continue
            for node, name in _said(symbols, held, dotted, missed):
                around = next((n for n in symbols.body if _first_line(n) <= node.lineno <= (n.end_lineno or 0)), node)
                if _sets(node, name) or _may_set(comparison.after, path, around, _DEEP):
                    reader = lost[module, name]
                    message = f"{name} may be replaced here in {module}, and {reader} no longer looks it up there"
                    place, cause = symbols.source.place(node), f"patch {module}:{name}"
                    yield Finding(place, message, "patch-target", Kind.BROKEN, reader, cause)


def _said(
    symbols: SymbolTable, held: set[int], dotted: str, names: set[str]
) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """(a call, or the code around, the name of the module that it says beside the module)."""
    units = [u for u in _units(symbols.source.tree.body) if not isinstance(u, (ast.Import, ast.ImportFrom))]
    assigned = [(name, unit) for unit in units if isinstance(unit, ast.Assign) for name in defined_names(unit)]
    holding = {name for name, unit in assigned if _holds(unit, held, set())}
    prepared = {name: {n for c in _calls(unit) for n in _named(c, held, names)} for name, unit in assigned}
    for unit in units:
        if held and _holds(unit, held, holding):
            yield from ((unit, name) for name in sorted(names & _stored(unit)))
            for call in filter(lambda one: _holds(one, held, holding), _calls(unit)):
                said = _named(call, held, names)
                said |= {n for u in walk(call) if isinstance(u, ast.Name) for n in prepared.get(u.id, ())}
                said |= _texts(unit) if any(isinstance(argument, ast.Starred) for argument in call.args) else set()
                yield from ((call, name) for name in sorted(names & said))
        for call in (call for call in _calls(unit) if last_name(call.func) not in _FOLLOWED):
            texts = _named(call, held, set())
            # `at_level("INFO", logger="shop.orders")`: what names the module itself replaces nothing in it.
            own = {k.arg for k in call.keywords if dotted in _texts(k.value)}
            beside = dotted in {n.value for n in call.args if isinstance(n, ast.Constant)} or len(own) > 1
            said = sorted(names & _named(call, held, names)) if dotted in texts else []
            yield from ((call, name) for name in said if beside or name not in own)
            yield from ((call, name) for name in sorted(names) if f"{dotted}.{name}" in texts)


def _units(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Functions, methods, and statements beside them."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _units(node.body)
        else:
            yield node


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])


def _calls(unit: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in walk(unit) if isinstance(node, ast.Call))


def _holds(unit: ast.AST, held: set[int], holding: set[str]) -> bool:
    """Is the module in there? Of a call, in what is called, and what it is given: not deeper."""
    parts = [unit]
    if isinstance(unit, ast.Call):
        given = (part for part in _given(unit) if not isinstance(part, ast.Call) or last_name(part.func) == "vars")
        parts = [unit.func, *given]
    inner = (n for part in parts for n in walk(part))
    return any(id(n) in held or (isinstance(n, ast.Name) and n.id in holding) for n in inner)


def _texts(node: ast.AST) -> set[str]:
    return {n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _stored(unit: ast.AST) -> set[str]:
    """``module.send = fake``, ``names["send"] = fake``"""
    stores = [n for n in walk(unit) if isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store)]
    found = {n.attr for n in stores if isinstance(n, ast.Attribute)}
    found |= {str(n.slice.value) for n in stores if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)}
    merged = [n.value for n in walk(unit) if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.BitOr)]
    return found.union(*map(_texts, merged))


def _named(call: ast.Call, held: set[int], every: set[str]) -> set[str]:
    """Keywords, texts and keys that a call is given; every name where a namespace is updated with what nobody knows."""
    if last_name(call.func) == "update" and _is_unknown(call) and any(id(n) in held for n in walk(call.func)):
        return every
    found = {keyword.arg for keyword in call.keywords if keyword.arg}
    for part in _given(call):
        inside = part.keys if isinstance(part, ast.Dict) else getattr(part, "elts", [part])
        found |= {n.value for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_unknown(call: ast.Call) -> bool:
    """``names.update(**values)``, ``names.update(values)``"""
    return any(keyword.arg is None for keyword in call.keywords) or any(
        not isinstance(argument, ast.Dict) for argument in call.args
    )


def _sets(node: ast.AST, name: str) -> bool:
    stored = (n.attr for n in walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
    return name in stored


def _may_set(snapshot: Snapshot, path: str, node: ast.AST, deep: int) -> bool:
    """Does code set names of objects by text in this file, or in one of a definition that the code here leads to?"""
    symbols = snapshot.symbols(path)
    if symbols is None:
        return False
    if _SETS.search(symbols.source.text) or _by_fixtures(snapshot, node):
        return True
    for inner in walk(node) if deep else ():
        if isinstance(inner, (ast.Name, ast.Attribute)) and isinstance(inner.ctx, ast.Load):
            for where, name in snapshot.meaning(path, inner):
                home = snapshot.symbols(where) if where not in ("", "=", path) or name else None
                defined = [n for n in home.body if name in defined_names(n) or not name] if home is not None else []
                if any(_may_set(snapshot, where, one, deep - 1) for one in defined if one is not node):
                    return True
    return False


def _by_fixtures(snapshot: Snapshot, node: ast.AST) -> bool:
    """Does a conftest, of which a test may ask for a fixture, set names?"""
    tests = (n for n in walk(node) if isinstance(n, _FUNCTIONS) and n.name.startswith("test"))
    if not any(test.args.args for test in tests):
        return False
    found = (path for path in snapshot.tree.paths if path.rpartition("/")[2] == "conftest.py")
    texts = ((snapshot.bytes(path) or b"").decode("utf-8", "replace") for path in found)
    return any(_SETS.search(text) for text in texts)
