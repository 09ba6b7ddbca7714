"""What a fixture, a test or a hook asks pytest for that is of the module in which the test stands: `request.module`,
`item.module`, `metafunc.module`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.project.nodes import parents_of

_ASKED = frozenset({"module", "path", "fspath"})
_ASKING = frozenset({"request", "item", "metafunc"})
_FOLDERS = frozenset({"parent", "dirname", "dirpath"})
# What gives the same file in another form.
_ALIKE = frozenset({"Path", "PurePath", "str", "fspath", "local", "abspath", "realpath", "resolve", "absolute"})


@dataclass(frozen=True)
class AskedOfModule:
    """A ``name`` of the module; with none, the module itself or where it is, of which only the ``folder`` matters."""

    node: ast.expr
    name: str
    folder: bool = False


def asked_of_module(function: ast.AST) -> Iterator[AskedOfModule]:
    """Everything that is asked, wherever in a function or class."""
    parents = parents_of(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in _ASKED and _is_request(node.value):
            yield _asked(node, parents)


def _is_request(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "node":
        node = node.value
    return isinstance(node, ast.Name) and node.id in _ASKING


def _asked(node: ast.Attribute, parents: dict[int, ast.AST]) -> AskedOfModule:
    above = parents.get(id(node))
    if node.attr == "module" and isinstance(above, ast.Attribute) and not above.attr.startswith("__"):
        return AskedOfModule(node, above.attr)
    if node.attr == "module" and isinstance(above, ast.Call) and _last(above.func) in ("getattr", "hasattr"):
        name = above.args[1] if len(above.args) > 1 and above.args[0] is node else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return AskedOfModule(node, name.value)
    return AskedOfModule(node, "", _is_of_the_folder(node, parents))


def _is_of_the_folder(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is its file asked for the folder alone: `Path(request.path).parent`, `dirname(request.module.__file__)`?"""
    while (above := parents.get(id(node))) is not None:
        if isinstance(above, ast.Attribute) and above.attr in _FOLDERS:
            return True
        if isinstance(above, ast.Call) and _last(above.func) in _FOLDERS:
            return True
        attribute = isinstance(above, ast.Attribute) and above.attr in {"__file__", *_ALIKE}
        call = isinstance(above, ast.Call) and (above.func is node or _last(above.func) in _ALIKE)
        if not attribute and not call:
            return False
        node = above
    return False


def _last(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))
