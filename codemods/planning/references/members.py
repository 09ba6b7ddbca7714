"""Which texts a name may be where a test has held: ``if name in BUILTIN: load("shop." + name)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.index.project_index import ProjectIndex

_READING = frozenset({"get", "keys", "values", "items", "index", "count", "copy"})
_MAKING = frozenset({"set", "frozenset", "list", "tuple"})
_DEEP = 4


def members(project: ProjectIndex, module: Module, name: ast.Name) -> frozenset[str] | None:
    """The texts that a name may be at a place; None where no test around it says so."""
    for many in _named(module, name):
        found = frozenset({many.value}) if isinstance(many, ast.Constant) else _texts(project, module, many, _DEEP)
        if found is not None:
            return found  # type: ignore[return-value]
    return None


def _named(module: Module, name: ast.Name) -> Iterator[ast.expr]:
    """The text that a name is, or the collection that it is in, by tests that have held where it is read, and after
    which it was not set."""
    parents = module.source.nodes.parents
    below: ast.AST = name
    while (above := parents.get(id(below))) is not None and not isinstance(above, (ast.Lambda, *FUNCTIONS)):
        tests: list[ast.expr] = []
        after: list[ast.AST] = []
        if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.And):
            tests = above.values[: above.values.index(below)]  # type: ignore[arg-type]
            after = [above]
        elif isinstance(above, ast.IfExp) and below is above.body:
            tests, after = _parts(above.test), [above]
        elif isinstance(above, ast.If) and below in above.body:
            tests, after = _parts(above.test), [above.test, *above.body]
        found = [many for test in tests if (many := _says(test, name.id)) is not None]
        yield from found if found and not any(_sets(node, name.id) for node in after) else ()
        below = above


def _says(test: ast.expr, name: str) -> ast.expr | None:
    match test:
        case ast.Compare(left=ast.Name(id=asked), ops=[ast.In()], comparators=[many]) if asked == name:
            return None if isinstance(many, ast.Constant) else many  # one text in another
        case ast.Compare(left=ast.Name(id=asked), ops=[ast.Eq()], comparators=[ast.Constant(value=str()) as text]) if (
            asked == name
        ):
            return text
        case _:
            return None


def _parts(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _sets(node: ast.AST, name: str) -> bool:
    return any(
        (isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load))
        or (isinstance(n, (ast.Nonlocal, ast.Global)) and name in n.names)
        or name in (getattr(n, "name", None), getattr(n, "asname", None))
        for n in ast.walk(node)
    )


def _texts(project: ProjectIndex, module: Module, node: ast.expr, deep: int) -> frozenset[str] | None:
    """What a collection has that is written down, where it is made and where nobody changes it."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return _all(project, module, parts, deep)
        case ast.Dict(keys=keys) if None not in keys:
            return _all(project, module, [key for key in keys if key is not None], deep)
        case ast.Call(func=ast.Name(id=made), args=[inner], keywords=[]) if (
            made in _MAKING and made not in module.binds
        ):
            return _texts(project, module, inner, deep)
        case ast.Name(id=name) if deep and module.is_global(node):
            found = module.definitions.get(name, [])
            value = _set_to(found[0].node) if len(found) == 1 else None
            if value is not None and _is_kept(project, module, name, value):
                return _texts(project, module, value, deep - 1)
        case _:
            pass
    return None


def _set_to(node: ast.stmt) -> ast.expr | None:
    """``BUILTIN = {...}``"""
    match node:
        case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(target=ast.Name(), value=value):
            return value
        case _:
            return None


def _all(project: ProjectIndex, module: Module, parts: list[ast.expr], deep: int) -> frozenset[str] | None:
    found: set[str] = set()
    for part in parts:
        match part:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.Starred(value=inner) if (more := _texts(project, module, inner, deep)) is not None:
                found |= more
            case _:
                return None
    return frozenset(found)


def _is_kept(project: ProjectIndex, module: Module, name: str, value: ast.expr) -> bool:
    """Does a name of a module keep what it was set to, and that what is in it?"""
    if name in module.rebound or not all(_reads(user, name) for user in project.modules_mentioning(name)):
        return False
    made = getattr(value.func, "id", "") if isinstance(value, ast.Call) else ""
    fixed = isinstance(value, ast.Tuple) or made in ("tuple", "frozenset")
    return fixed or all(_only_reads(user, name) for user in project.modules_mentioning(name))


def _uses(module: Module, name: str) -> Iterator[ast.Name | ast.Attribute]:
    yield from (n for n in module.source.nodes.of(ast.Name) if n.id == name)
    yield from (n for n in module.source.nodes.of(ast.Attribute) if n.attr == name)


def _reads(module: Module, name: str) -> bool:
    """Is nothing set through the module: ``config.BUILTIN = ()``?"""
    return all(isinstance(use.ctx, ast.Load) for use in _uses(module, name) if isinstance(use, ast.Attribute))


def _only_reads(module: Module, name: str) -> bool:
    """Is a collection looked into wherever it is used, and handed to nobody who may change it?"""
    parents = module.source.nodes.parents
    for use in _uses(module, name):
        above = parents.get(id(use))
        looked = isinstance(above, ast.Subscript) and above.value is use and isinstance(above.ctx, ast.Load)
        asked = isinstance(above, ast.Attribute) and above.attr in _READING
        plain = isinstance(above, (ast.Compare, ast.For, ast.comprehension, ast.Starred, ast.FormattedValue))
        if isinstance(use.ctx, ast.Load) and not (looked or asked or plain):
            return False
    return True
