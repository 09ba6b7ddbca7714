"""Classes of a script of which it does not matter that there are two: no code can tell which one an object is of.

A class says so by what it is made of (constants, functions; no decorator, no metaclass, no kind that is compared or
caught), and the code that may meet its objects by what it does with it: it derives from it, calls it, reads its
attributes, and annotates with it; it compares no classes and changes none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

_ASKED = ("Error", "Exception", "Warning", "Enum", "Flag")
_WRAPS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "setter", "getter", "deleter", "cached_property"}
)
_SAYS = frozenset({"register", "__subclasses__", "__subclasshook__", "__instancecheck__", "__init_subclass__"})


def says_nothing_of_itself(node: ast.ClassDef, plain: Iterable[ast.expr]) -> bool:
    """``plain``: the expressions of its body that are values which can't be changed."""
    known = {id(value) for value in plain}
    if node.decorator_list or node.keywords or any(_last(base).endswith(_ASKED) for base in node.bases):
        return False
    for inner in node.body:
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if inner.name in _SAYS or not all(_last(decorator) in _WRAPS for decorator in inner.decorator_list):
                return False
        elif isinstance(inner, (ast.Assign, ast.AnnAssign)):
            if inner.value is not None and id(inner.value) not in known:
                return False
        elif not isinstance(inner, (ast.Pass, ast.Expr)) or not isinstance(getattr(inner, "value", inner), _TEXT):
            return False
    return True


_TEXT = (ast.Constant, ast.Pass)


def tells_classes_apart(roots: Iterable[ast.AST], name: str) -> bool:
    """May code tell one class of this name from another one, or does it change classes?"""
    return any(_Asking(name).found(root) for root in roots)


class _Asking(ast.NodeVisitor):
    """Looks for uses of a class that are none of the harmless ones."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asks = False

    def found(self, root: ast.AST) -> bool:
        self.visit(root)
        return self.asks

    def visit_Name(self, node: ast.Name) -> None:
        self.asks |= node.id == self.name

    def visit_Compare(self, node: ast.Compare) -> None:
        self.asks |= any(map(_is_class, (node.left, *node.comparators)))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        changes = not isinstance(node.ctx, ast.Load) and (_is_class(node.value) or _last(node.value) == "cls")
        self.asks |= changes or node.attr in _SAYS
        if not (isinstance(node.ctx, ast.Load) and self._is_it(node.value)):
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        for child in ast.iter_child_nodes(node):
            if not (child is node.func and self._is_it(child)):
                self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for child in ast.iter_child_nodes(node):
            if not (child in node.bases and self._is_it(child)):
                self.visit(child)

    def visit_arg(self, node: ast.arg) -> None:
        """Its annotation asks nothing."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for child in ast.iter_child_nodes(node):
            if child is not node.returns:
                self.visit(child)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def _is_it(self, node: ast.AST) -> bool:
        return getattr(node, "id", "") == self.name


def _last(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _is_class(node: ast.AST) -> bool:
    """``type(x)``, ``x.__class__``"""
    return (isinstance(node, ast.Call) and _last(node.func) == "type") or _last(node) == "__class__"
