"""Code that asks which module it stands in, other than by ``__name__``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module, Reference, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.project.nodes import parents_of

_NAMESPACE = {"globals", "eval", "exec", "locals", "vars", "dir"}
_FRAMES = {"_getframe", "currentframe", "stack", "getframeinfo", "getmodule"}
_FOLDER = {"parent", "with_name", "dirname", "parents"}


def questions(module: Module, same_folder: bool, statement: Statement) -> Iterator[tuple[Reference, str]]:
    """The places of a statement whose answer a move would change, and why; ``same_folder``: it stays in its folder."""
    parents: dict[int, ast.AST] = {}
    for reference in statement.references:
        if not parents:
            parents = parents_of(statement.node)
        reason = _reason(module, same_folder, reference, parents)
        if reason:
            yield reference, reason


def _reason(module: Module, same_folder: bool, reference: Reference, parents: dict[int, ast.AST]) -> str:
    name = reference.name
    call = parents.get(id(reference.node))
    if name in _NAMESPACE and name not in module.binds and isinstance(call, ast.Call) and call.func is reference.node:
        if name in ("vars", "dir") and call.args:
            return ""
        if name in ("locals", "vars", "dir") and in_a_scope(call, parents):
            return ""
        if name in ("eval", "exec") and len(call.args) > 1:
            return ""
        return f"calls {name}(), which sees the names of the module that it stands in"
    if reference.chain and reference.chain[-1] in _FRAMES and name in ("sys", "inspect"):
        return f"looks at frames ({'.'.join((name, *reference.chain))}), which name its module"
    if name == "__package__" and same_folder:
        return ""  # that of all modules of a folder
    if (
        name in ("__package__", "__spec__", "__path__", "__loader__", "__builtins__", "__doc__")
        and name not in module.binds
    ):
        return f"reads {name}, which belongs to the module that it stands in"
    if name == "__file__" and not (same_folder and _only_folder(reference.node, parents)):
        return "reads __file__, which would be another file"
    return ""


def in_a_scope(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does this stand in the body of a function or a class, which has a namespace of its own?"""
    above = parents.get(id(node))
    while above is not None:
        if isinstance(above, ast.Lambda) and node is above.body:
            return True
        if isinstance(above, (*FUNCTIONS, ast.ClassDef)) and any(node is inner for inner in above.body):
            return True
        node, above = above, parents.get(id(above))
    return False


def _only_folder(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is the file's name thrown away: ``Path(__file__).parent``, ``os.path.dirname(__file__)``?"""
    above = parents.get(id(node))
    while above is not None:
        if isinstance(above, ast.Attribute) and above.attr in _FOLDER:
            return True
        if isinstance(above, ast.Call):
            name = getattr(above.func, "attr", getattr(above.func, "id", ""))
            if name == "dirname":
                return True
            if name not in ("Path", "abspath", "realpath", "resolve", "absolute", "PurePath", "str", "fspath"):
                return False
        elif not isinstance(above, ast.Attribute):
            return False
        above = parents.get(id(above))
    return False
