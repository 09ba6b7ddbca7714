"""What a function does with a text that says something else after a move: is it kept, or does nobody find out?"""

from __future__ import annotations

import ast
from functools import cached_property

from codemods.project import walk
from codemods.project.nodes import parents_of
from codemods.proof.checks.text_values import NotKnown, value_of
from codemods.proof.statements.name_resolution import last_name

# Methods of texts, that make another text, and of tables, that look one up.
_TEXTS = frozenset({"format", "join", "split", "rsplit", "partition", "rpartition", "replace", "lower", "removeprefix"})
_TABLES = frozenset({"get", "setdefault", "add", "append", "pop", "index", "count"})
_DEEP = 4


class KeptText:
    """Is a part of a function a key, or a part of one, put into an attribute, or returned, or does it decide?"""

    def __init__(self, function: ast.stmt | ast.Lambda) -> None:
        self.function = function

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        return parents_of(self.function)

    def shows(self, node: ast.AST, old: object, new: object, deep: int = 0) -> bool:
        """``old`` and ``new``: what the part was and what it is, both None where that is not known."""
        while (above := self.parents.get(id(node))) is not None:
            if old != new and isinstance(above, ast.expr):
                if isinstance(above, ast.Attribute):  # a method, and its call
                    above = self.parents.get(id(above), above)
                try:
                    was, now = value_of(above, node, old), value_of(above, node, new)
                except NotKnown:
                    old = new = None
                else:
                    if was == now:
                        return False
                    node, old, new = above, was, now
                continue
            target = above.targets[0] if isinstance(above, ast.Assign) else getattr(above, "target", None)
            if isinstance(above, (ast.Assign, ast.NamedExpr)) and isinstance(target, ast.Name):
                return deep < _DEEP and self._is_used(target.id, old, new, deep)
            answer = self._answer(node, above, old != new)
            if answer is not None:
                return answer
            node = above
        return False

    def _is_used(self, name: str, old: object, new: object, deep: int) -> bool:
        uses = (n for n in walk(self.function) if isinstance(n, ast.Name) and n.id == name)
        return any(isinstance(use.ctx, ast.Load) and self.shows(use, old, new, deep + 1) for use in uses)

    def _answer(self, node: ast.AST, above: ast.AST, differs: bool) -> bool | None:
        """None where it is a part of another text."""
        match above:
            case ast.JoinedStr() | ast.FormattedValue() | ast.BinOp() | ast.Tuple() | ast.List() | ast.Attribute():
                return None
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return None
            case ast.BoolOp() | ast.IfExp():
                return False if getattr(above, "test", None) is node else None
            case ast.Subscript(value=value, slice=key):
                return None if key is not node else last_name(value) != "modules"
            case ast.Call(func=called):
                return self._is_given(node, called)
            case ast.Dict(keys=keys):
                return node in keys
            case ast.Lambda(body=body):
                return body is node
            case ast.Return():
                return getattr(self.function, "name", "") not in ("__repr__", "__str__")
            case ast.If() | ast.While():
                return differs
            case ast.Assign(targets=[ast.Attribute(attr=name), *_]):
                return name not in ("__module__", "__qualname__", "__name__")
            case _:
                return False

    @staticmethod
    def _is_given(node: ast.AST, called: ast.expr) -> bool | None:
        name = last_name(called)
        if called is node or name in _TEXTS or (isinstance(called, ast.Name) and name in ("str", "hash")):
            return None
        return isinstance(called, ast.Attribute) and name in _TABLES
