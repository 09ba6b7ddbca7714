"""Code that asks which module it stands in, other than by ``__name__``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module, Moment, Reference, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.bindings.templates import is_of_each_module
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.templates import filled_in
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
        fields = filled_in(call, parents) if name in ("globals", "vars", "locals") else None
        if fields is not None and UNKNOWN not in fields and not any(map(is_of_each_module, fields)):
            return ""  # what moved code names in a text it finds where it goes
        return f"calls `{name}()`, which sees the names of the module that it stands in"
    if reference.chain and reference.chain[-1] in _FRAMES and name in ("sys", "inspect"):
        if _is_of_the_caller(reference.node, parents):
            return ""  # what moved code that calls it would show is another hazard
        return f"looks at frames ({'.'.join((name, *reference.chain))}), which name its module"
    if name == "__name__" and reference.moment is Moment.IMPORT and _is_in_sys_modules(reference.node, parents):
        return "takes its own module while that is imported, and sees what is bound there by then"
    if name == "__package__" and same_folder:
        return ""  # that of all modules of a folder
    if (
        name in ("__package__", "__spec__", "__path__", "__loader__", "__builtins__", "__doc__")
        and name not in module.binds
    ):
        return f"reads `{name}`, which belongs to the module that it stands in"
    if name == "__file__" and not (same_folder and only_folder(reference.node, parents)):
        return "reads `__file__`, which would be another file"
    return ""


def _is_in_sys_modules(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """``sys.modules[__name__]``"""
    above = parents.get(id(node))
    return isinstance(above, ast.Subscript) and above.slice is node and ast.unparse(above.value).endswith("modules")


def _is_of_the_caller(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is nothing asked of the frame itself, only of those above: ``sys._getframe(1)``, ``currentframe().f_back``?"""
    while isinstance(parents.get(id(node)), ast.Attribute):
        node = parents[id(node)]
    call = parents.get(id(node))
    if not isinstance(call, ast.Call) or call.func is not node:
        return False
    depth = call.args[0] if call.args else None
    if isinstance(depth, ast.Constant):
        return isinstance(depth.value, int) and depth.value > 0
    above = parents.get(id(call))
    if isinstance(above, ast.Attribute):
        return above.attr == "f_back"
    if isinstance(above, ast.Subscript) and isinstance(above.slice, ast.Constant):
        return isinstance(above.slice.value, int) and above.slice.value > 0
    if not isinstance(above, ast.Assign) or len(above.targets) != 1 or not isinstance(above.targets[0], ast.Name):
        return False
    function: ast.AST | None = above
    while function is not None and not isinstance(function, FUNCTIONS):
        function = parents.get(id(function))
    named = above.targets[0].id
    uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == named] if function else []
    return bool(uses) and all(_asks_above(use, parents) for use in uses)


def _asks_above(use: ast.Name, parents: dict[int, ast.AST]) -> bool:
    above = parents.get(id(use))
    if isinstance(above, ast.Attribute):
        return above.attr == "f_back"
    return not isinstance(use.ctx, ast.Load) or (
        isinstance(above, ast.Compare) and isinstance(above.ops[0], (ast.Is, ast.IsNot))
    )


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


def only_folder(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is the file's name thrown away: ``Path(__file__).parent``, ``os.path.dirname(path or __file__)``?"""
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
        elif isinstance(above, ast.Assign):
            return _only_folder_of_variable(above, parents)
        elif not isinstance(above, (ast.Attribute, ast.BoolOp, ast.IfExp)):
            return False
        above = parents.get(id(above))
    return False


def _only_folder_of_variable(made: ast.Assign, parents: dict[int, ast.AST]) -> bool:
    """``here = Path(__file__)`` in a function: is only the folder of what it holds asked for?"""
    target, function = made.targets[0], parents.get(id(made))
    while function is not None and not isinstance(function, FUNCTIONS):
        function = parents.get(id(function))
    if function is None or len(made.targets) > 1 or not isinstance(target, ast.Name):
        return False
    uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == target.id]
    read = [n for n in uses if isinstance(n.ctx, ast.Load)]
    return len(uses) == len(read) + 1 and all(only_folder(n, parents) for n in read)
