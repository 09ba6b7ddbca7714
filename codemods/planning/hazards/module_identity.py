"""Moved code asks which module it stands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Reference
from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "module-identity"
TITLE = "moved code reads its module's file, namespace or frame"
MEANING = """`__file__`, `globals()`, `eval`, `exec` and frames answer for the module in which the code stands, so
the same text
means something else after the move. `__file__` is let through where only its folder is used and the folder stays
the same;
`__name__` is replaced by the name that it had."""
EXAMPLE = """
-- shop/commands.py --
def do_stop():
    return "stopped"
def dispatch(name):
    return globals()["do_" + name]()
-- move --
shop/commands.py shop/dispatch.py dispatch
"""

_NAMESPACE = {"globals", "eval", "exec", "locals", "vars"}
_FRAMES = {"_getframe", "currentframe", "stack", "getframeinfo", "getmodule"}
_FOLDER = {"parent", "with_name", "dirname", "parents"}


def find(facts: Facts) -> Iterator[Hazard]:
    for unit in facts.moving:
        for statement in unit.statements:
            parents = {id(c): p for p in ast.walk(statement.node) for c in ast.iter_child_nodes(p)}
            for reference in statement.references:
                reason = _reason(facts, reference, parents)
                if reason:
                    yield Hazard(
                        CODE,
                        facts.source.source.place(reference.node),
                        f"{unit.label} {reason}",
                        ("pass what it needs in as an argument", "leave it where it is: --keep"),
                    )


def _reason(facts: Facts, reference: Reference, parents: dict[int, ast.AST]) -> str:
    name = reference.name
    call = parents.get(id(reference.node))
    if (
        name in _NAMESPACE
        and name not in facts.source.binds
        and isinstance(call, ast.Call)
        and call.func is reference.node
    ):
        if name in ("vars",) and call.args:
            return ""
        if name == "locals" and reference.function is not None:
            return ""
        if name in ("eval", "exec") and len(call.args) > 1:
            return ""
        return f"calls {name}(), which sees the names of the module that it stands in"
    if reference.chain and reference.chain[-1] in _FRAMES and name in ("sys", "inspect"):
        return f"looks at frames ({'.'.join((name, *reference.chain))}), which tell its module"
    if (
        name in ("__package__", "__spec__", "__path__", "__loader__", "__builtins__", "__doc__")
        and name not in facts.source.binds
    ):
        return f"reads {name}, which belongs to the module that it stands in"
    if name == "__file__" and not (facts.same_folder and _only_folder(reference.node, parents)):
        return "reads __file__, which would be another file"
    return ""


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
