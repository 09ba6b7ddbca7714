"""Objects that are pickled as a name: `__reduce__` returns a text, which pickle looks up in the module of the class.

`return "MISSING"` is the name of one object, `return self.name` of each that is made at the top of a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REDUCING = ("__reduce__", "__reduce_ex__")


def pickled_names(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.ClassDef, str]]:
    """The classes among these statements, with the names at the top of their module that their objects say for
    themselves."""
    statements = list(body)
    classes = {s.name: s for s in statements if isinstance(s, ast.ClassDef)}
    for node in classes.values():
        for said in _said(node, classes):
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield node, said.value
            elif isinstance(said, ast.Attribute):
                yield from ((node, name) for name in _made(statements, node.name))


def _said(node: ast.ClassDef, classes: dict[str, ast.ClassDef], seen: frozenset[str] = frozenset()) -> list[ast.expr]:
    """What its `__reduce__` returns; nothing where its objects have a `__module__` of their own."""
    if _names_its_module(node):
        return []
    reducing = [f for f in node.body if isinstance(f, _FUNCTIONS) and f.name in _REDUCING]
    if reducing:
        return [r.value for f in reducing for r in ast.walk(f) if isinstance(r, ast.Return) and r.value is not None]
    bases = (classes.get(base.id) for base in node.bases if isinstance(base, ast.Name) and base.id not in seen)
    return [said for base in bases if base is not None for said in _said(base, classes, seen | {node.name})]


def _names_its_module(node: ast.ClassDef) -> bool:
    return any(
        getattr(n, "id", getattr(n, "attr", "")) == "__module__" and isinstance(n.ctx, ast.Store)
        for n in ast.walk(node)
        if isinstance(n, (ast.Name, ast.Attribute))
    )


def _made(statements: Iterable[ast.stmt], name: str) -> Iterator[str]:
    """The names that are bound to what a class makes."""
    for statement in statements:
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == name:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]  # type: ignore[union-attr]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
