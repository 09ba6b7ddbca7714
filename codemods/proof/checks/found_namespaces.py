"""Decorators and base classes that look something up, or put it, into the module in which what they get was made: it is
another module after a move."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = ("module-recorded", "caller-frame")  # the hazards of these names, by --accept
_HOOKS = ("__init_subclass__", "__new__", "__init__", "__prepare__")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OWN = ("__globals__", "f_globals")
_DEPTH = 3


def looked_up_elsewhere(comparison: Comparison) -> Iterator[Finding]:
    """Each name that such code asks for in the module of what moved."""
    if any(code in move.accept for move in comparison.moves for code in ACCEPTED):
        return
    for pair in comparison.pairing.pairs:
        if not pair.moved:
            continue
        for line in _own_module(pair.old.node):
            message = f"{pair.new.said} takes {pair.old.path} as it is while that is imported, from another module now"
            yield Finding(pair.new.place, message, "module-of-definition", Kind.BROKEN, Place(pair.old.path, line))
        for path, function in running(comparison.before, pair.old.path, pair.old.node):
            for name, line in _asked(function):
                what = f"`{name}` in" if name else "names in"
                message = f"this looks up or sets {what} the module of what it gets, which is {pair.new.path} for"
                place = Place(path, line)
                yield Finding(
                    place, f"{message} {pair.new.said} now", "module-of-definition", Kind.BROKEN, pair.old.place
                )


def _own_module(node: ast.AST) -> Iterator[int]:
    """``THIS = sys.modules[__name__]``, at import: it has what is bound by then."""
    if isinstance(node, ast.Subscript) and ast.unparse(node) == "sys.modules[__name__]":
        yield node.lineno
    if not isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        for inner in ast.iter_child_nodes(node):
            yield from _own_module(inner)


def running(snapshot: Snapshot, path: str, node: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """The functions of the tree that run when a definition is made, and get it."""
    for decorator in getattr(node, "decorator_list", ()):
        yield from definitions_meant(snapshot, path, decorator.func if isinstance(decorator, ast.Call) else decorator)
    if isinstance(node, ast.ClassDef):
        yield from _hooks(snapshot, path, node, _DEPTH)


def _hooks(snapshot: Snapshot, path: str, node: ast.ClassDef, depth: int) -> Iterator[tuple[str, ast.stmt]]:
    """``__init_subclass__`` of the classes above, and what a metaclass does."""
    for base in (*node.bases, *(k.value for k in node.keywords if k.arg == "metaclass")):
        for where, above in definitions_meant(snapshot, path, base):
            if isinstance(above, ast.ClassDef) and depth:
                is_meta = base not in node.bases
                names = _HOOKS if is_meta else _HOOKS[:1]
                yield from ((where, m) for m in above.body if isinstance(m, _FUNCTIONS) and m.name in names)
                yield from _hooks(snapshot, where, above, depth - 1)


def _asked(function: ast.stmt) -> Iterator[tuple[str, int]]:
    """The names that code asks a found module for, by attribute, key or ``setattr``; none for any."""
    module_names: set[str] = set()
    size = -1
    while size != len(module_names):  # names for it, and names for these
        size = len(module_names)
        for node in walk(function):
            if isinstance(node, (ast.Assign, ast.NamedExpr, ast.AnnAssign)) and _is_found(node.value, module_names):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                module_names |= {t.id for t in targets if isinstance(t, ast.Name)}
    for node in walk(function):
        name: str | None = None
        if isinstance(node, ast.Attribute) and _is_found(node.value, module_names):
            name = None if hasattr(dict, node.attr) or node.attr == "__dict__" else node.attr
        elif isinstance(node, ast.Subscript) and _is_found(node.value, module_names):
            name = _text(node.slice, None if isinstance(node.ctx, ast.Load) else "")
        elif isinstance(node, ast.Call):
            name = _by_call(node, module_names)
        if name is not None and not (name.startswith("__") and name.endswith("__")):
            yield name, node.lineno  # type: ignore[attr-defined]


def _by_call(node: ast.Call, module_names: set[str]) -> str | None:
    called, function = last_name(node.func), node.func
    if called in ("getattr", "setattr", "delattr") and node.args and _is_found(node.args[0], module_names):
        return _text(node.args[1], "" if called == "setattr" else None)
    if isinstance(function, ast.Attribute) and _is_found(function.value, module_names) and node.args:
        if called in ("get", "setdefault", "pop"):
            return _text(node.args[0], None)
        if called == "update":
            return ""
    return None


def _text(node: ast.expr, otherwise: str | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else otherwise


def _is_found(node: ast.expr | None, module_names: set[str]) -> bool:
    """Is it a module, or its namespace, that was found by what is asked where it was made?"""
    match node:
        case ast.Name(id=name):
            return name in module_names
        case ast.Attribute(attr="__dict__", value=inner):
            return _is_found(inner, module_names)
        case ast.Attribute(attr=attribute):
            return attribute in _OWN
        case ast.Subscript(value=modules, slice=key):
            return last_name(modules) == "modules" and _has_module_name(key)
        case ast.Call(func=function, args=[first, *_]):
            if last_name(function) == "vars":
                return _is_found(first, module_names)
            return last_name(function) in ("import_module", "get", "getmodule") and (
                _has_module_name(first) or last_name(function) == "getmodule"
            )
    return False


def _has_module_name(node: ast.expr) -> bool:
    asked = any(isinstance(n, ast.Constant) and n.value == "__module__" for n in walk(node))
    return asked or (isinstance(node, ast.Attribute) and node.attr == "__module__")
