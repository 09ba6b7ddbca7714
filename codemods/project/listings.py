"""What code that lists the names of a module keeps of them, as the syntax around the list says: classes, functions."""

from __future__ import annotations

import ast

from codemods.project.nodes import children, walk

_CLASSES, _FUNCTIONS = frozenset({"class"}), frozenset({"function"})
# Words in a condition, or among the arguments of ``getmembers``, and what they let through.
_TESTS = {
    "isclass": _CLASSES,
    "issubclass": _CLASSES,
    "isfunction": _FUNCTIONS,
    "isroutine": _FUNCTIONS,
    "FunctionType": _FUNCTIONS,
    "iscoroutinefunction": _FUNCTIONS,
    "callable": _CLASSES | _FUNCTIONS,
}
_OWN = frozenset({"__module__", "getmodule"})
_TAKING = frozenset({"items", "values", "keys", "copy"})
_PASSING = frozenset(
    {"list", "tuple", "sorted", "dict", "set", "frozenset", "iter", "reversed", "filter", "map", "len"}
)


def is_gone_through(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does code go through a list of names, or a namespace, and not ask it for one?"""
    above = parents.get(id(node))
    if isinstance(above, ast.Attribute):
        return above.attr in _TAKING and _is_called(above, parents)
    if isinstance(above, ast.Call):
        return node in above.args and getattr(above.func, "id", "") in _PASSING
    return isinstance(above, (ast.For, ast.comprehension)) and above.iter is node


def _is_called(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    above = parents.get(id(node))
    return isinstance(above, ast.Call) and above.func is node


def what_is_kept(node: ast.AST, parents: dict[int, ast.AST]) -> tuple[frozenset[str] | None, bool]:
    """(the kinds that are kept, None for all; whether only of what the module defines itself)"""
    around: ast.AST = node
    while (above := parents.get(id(around))) is not None and not isinstance(around, ast.stmt):
        around = above
    kinds: frozenset[str] | None = None
    own = False
    for inner in walk(around):
        word = getattr(inner, "attr", getattr(inner, "id", getattr(inner, "value", "")))
        own = own or (isinstance(word, str) and word in _OWN)
        if isinstance(word, str) and word in _TESTS:
            kinds = _TESTS[word] if kinds is None else kinds & _TESTS[word]
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "isinstance" and len(inner.args) > 1:
            asked = getattr(inner.args[1], "id", getattr(inner.args[1], "attr", ""))
            kinds = _CLASSES if asked == "type" else _TESTS.get(asked, frozenset({"instance"}))
    return kinds, own


def kind_of(node: ast.AST) -> str:
    """What a statement binds; of an import by the name, as people write them."""
    if isinstance(node, ast.ClassDef):
        return "class"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return "function"
    return "instance"


def kind_of_import(attribute: str | None) -> str:
    """The same of what is imported, by its name as people write them; a whole module is none of them."""
    if attribute is None:
        return "module"
    return "class" if attribute[:1].isupper() and not attribute.isupper() else "function"


def lists_locals(function: ast.AST) -> ast.Call | None:
    """Where a function hands on all of its local names, or goes through them: ``return locals()``, ``f(**vars())``."""
    todo = [(inner, function) for inner in children(function)]
    while todo:
        node, above = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("locals", "vars", "dir") and not node.args:
            if not _is_asked_for_one(node, above):
                return node
        below = children(node)
        if _fills_a_text(node):
            below = [inner for inner in below if not (isinstance(inner, ast.keyword) and inner.arg is None)]
        todo += [(inner, node) for inner in below]
    return None


def _is_asked_for_one(call: ast.Call, above: ast.AST) -> bool:
    """``locals()["name"]``, ``"name" in locals()``, ``"{name}" % locals()``; a text that is filled in by ``format``."""
    if isinstance(above, ast.Attribute):
        return above.attr in ("get", "__getitem__", "pop")
    if isinstance(above, (ast.Subscript, ast.Compare)):
        return True
    return isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mod) and above.right is call


def _fills_a_text(node: ast.AST) -> bool:
    """``"{name}".format(**locals())``"""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("format")
