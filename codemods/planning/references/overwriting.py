"""Names that the module itself binds once more while it is made, by a statement that does not say which.

``from .local_settings import *`` below the defaults, ``globals().update(json.load(file))``, ``exec(text, globals())``.
Who imports such a name gets the last value, so its definition is not all that there is to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from codemods.bindings import Import
from codemods.bindings.scopes import FUNCTIONS, module_binds
from codemods.model import Place
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import walk

_Binds = Callable[[DefinitionGroup, str], bool]


def overwritten(project: ProjectIndex, groups: DefinitionGroups) -> Iterator[tuple[str, Place]]:
    """(a name, what may bind it anew further down)."""
    for node, binds in (*_stars(project, groups), *_by_namespace(groups)):
        for name, group in groups.by_name.items():
            lines = [s.node.lineno for s in group.statements if name in s.binds]
            certain = [s.node.lineno for s in group.statements if name in s.binds and not _may_not_run(s.node)]
            if lines[0] < node.lineno and not any(line > node.lineno for line in certain) and binds(group, name):
                yield name, groups.module.source.place(node)


def _may_not_run(node: ast.stmt) -> bool:
    return isinstance(node, (ast.If, ast.Try, ast.For, ast.While, ast.With))


def _stars(project: ProjectIndex, groups: DefinitionGroups) -> Iterator[tuple[ast.stmt, _Binds]]:
    """Of a module of the tree what it exports, of another whatever is public."""
    module = groups.module
    for star in module.stars:
        if not star.typing_only:
            yield star.node, _star_binds(project, module.path, star, project.target(module, star))


def _star_binds(project: ProjectIndex, path: str, star: Import, target: str | None) -> _Binds:
    if target is None:
        return lambda _, name: not name.startswith("_")
    return lambda _, name: project.exports(target, name) and project.origin(target, name) != (path, name)


def _by_namespace(groups: DefinitionGroups) -> Iterator[tuple[ast.stmt, _Binds]]:
    """Data whose name the texts may be: a computed name of a function or a class is one that was not there."""
    for statement in groups.module.statements:
        if isinstance(statement.node, (*FUNCTIONS, ast.ClassDef)):
            continue
        for node in walk(statement.node):
            for pattern in _set_by(node):
                yield statement.node, _data_like(re.compile(pattern, re.DOTALL))


def _data_like(pattern: re.Pattern[str]) -> _Binds:
    return lambda group, name: not group.is_class and not group.is_function and bool(pattern.fullmatch(name))


def _set_by(node: ast.AST) -> Iterator[str]:
    """Patterns of the names that a statement sets in the namespace in which it runs."""
    match node:
        case ast.Subscript(ctx=ast.Store() | ast.Del(), value=value, slice=key) if _is_own(value):
            yield _pattern(key)
        case ast.Call(func=ast.Attribute(value=value, attr="update"), args=args) if _is_own(value):
            for argument in args:
                yield from _keys(argument)
        case ast.Call(func=ast.Name(id="exec"), args=[text, *namespace]) if not namespace or _is_own(namespace[-1]):
            yield from _bound_by(text)
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[module, key, *_]) if _is_own_module(module):
            yield _pattern(key)
        case _:
            pass


def _is_own(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[]):
            return True
        case ast.Attribute(value=value, attr="__dict__"):
            return _is_own_module(value)
        case ast.Call(func=ast.Name(id="vars"), args=[value]):
            return _is_own_module(value)
        case _:
            return False


def _is_own_module(node: ast.expr) -> bool:
    return "__name__" in ast.unparse(node)


def _keys(node: ast.expr) -> Iterator[str]:
    """Patterns of the keys of a mapping."""
    match node:
        case ast.Dict(keys=keys):
            yield from (_pattern(key) for key in keys)
        case ast.DictComp(key=key):
            yield _pattern(key)
        case _:
            yield ".*"


def _pattern(node: ast.expr | None) -> str:
    """What a text may be, as far as it is written there."""
    match node:
        case ast.Constant(value=value):
            return re.escape(str(value))
        case ast.JoinedStr(values=values):
            return "".join(_pattern(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _pattern(left) + _pattern(right)
        case _:
            return ".*"


def _bound_by(text: ast.expr) -> Iterator[str]:
    """Patterns of the names that a text binds when it is executed."""
    try:
        known = ast.parse(text.value) if isinstance(text, ast.Constant) and isinstance(text.value, str) else None
    except SyntaxError:
        return
    yield from (re.escape(name) for name in sorted(module_binds(known.body))) if known is not None else (".*",)
