"""Does code change the object that it has by a name: put something into it, set an attribute of it?"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import definition
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import walk
from codemods.project.pytest_fixtures import CHANGING

_DEPTH = 3  # functions in functions that hand it on
_GIVEN_TO = frozenset({"next", "setattr", "delattr", "heappush", "heappop", "shuffle", "insort"})
_STATEMENTS = ("insert", "update", "delete", "create", "drop", "replace", "alter")  # of SQL


def changes(
    project: ProjectIndex, path: str, node: ast.AST, name: str, methods: frozenset[str], depth: int = _DEPTH
) -> bool:
    """Does this code of a module? ``methods``: those of the object's own class that change it."""
    held = {name} | _held(node, name)
    for inner in walk(node):
        targets = getattr(inner, "targets", [getattr(inner, "target", None)])
        if isinstance(inner, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
            plain = isinstance(inner, ast.AugAssign)
            if any(t is not None and _root(t) in held and (plain or not isinstance(t, ast.Name)) for t in targets):
                return True
        elif isinstance(inner, ast.Call):
            called = inner.func
            if isinstance(called, ast.Attribute) and _root(called.value) in held:
                if called.attr in CHANGING or called.attr in methods or _stores(inner):
                    return True
            elif any(_root(one) in held for one in inner.args) and _given(project, path, inner, held, methods, depth):
                return True
    return False


def changing_methods(project: ProjectIndex, path: str, node: ast.AST) -> frozenset[str]:
    """The methods that change their object, of the classes of the tree that code of a module calls."""
    found: set[str] = set()
    for call in (n for n in walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)):
        origin = project.origin(path, call.func.id)  # type: ignore[attr-defined]
        made = definition(project, origin) if origin else None
        if origin and isinstance(made, ast.ClassDef):
            methods = [m for m in made.body if isinstance(m, FUNCTIONS) and m.name != "__init__" and m.args.args]
            while more := {
                m.name
                for m in methods
                if m.name not in found and changes(project, origin[0], m, m.args.args[0].arg, frozenset(found))
            }:
                found |= more
    return frozenset(found)


def _held(node: ast.AST, name: str) -> set[str]:
    """Other names of the object, or of a part of it."""
    found: set[str] = set()
    for inner in walk(node):
        value = getattr(inner, "iter" if isinstance(inner, ast.For) else "value", None)
        target = inner.targets[0] if isinstance(inner, ast.Assign) else getattr(inner, "target", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr) and _root(value) in {name} | found:
            if not any(isinstance(n, ast.Call) for n in walk(value)):
                found.add(target.id)
    return found


def _root(node: ast.AST) -> str:
    """The name that an attribute, an entry, or what a method of it gives, begins with."""
    while not isinstance(node, ast.Name):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func
        else:
            return ""
    return node.id


def _stores(call: ast.Call) -> bool:
    """``db.execute("INSERT ...")``"""
    said = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    return isinstance(said, str) and said.split(None, 1)[:1] != [] and said.split(None, 1)[0].lower() in _STATEMENTS


def _given(
    project: ProjectIndex, path: str, call: ast.Call, held: set[str], methods: frozenset[str], depth: int
) -> bool:
    """Does what is called with it change it?"""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in _GIVEN_TO:
        return True
    origin = project.origin(path, call.func.id) if depth and isinstance(call.func, ast.Name) else None
    function = definition(project, origin) if origin else None
    return origin is not None and any(
        changes(project, origin[0], function, name, methods, depth - 1)  # type: ignore[arg-type]
        for name in _taking(call, function, held)
    )


def _taking(call: ast.Call, function: ast.stmt | None, held: set[str]) -> Iterator[str]:
    """The arguments by which a function gets it."""
    if isinstance(function, FUNCTIONS):
        for given, argument in zip(call.args, function.args.args, strict=False):
            if _root(given) in held:
                yield argument.arg
