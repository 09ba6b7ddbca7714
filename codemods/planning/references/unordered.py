"""Code that lists names and makes something of them that says nothing of their order."""

from __future__ import annotations

import ast

_ANY_ORDER = frozenset({"sorted", "set", "frozenset", "len", "any", "all", "sum", "min", "max"})
_SAME_ORDER = frozenset({"list", "tuple", "iter", "filter", "map", "dict"})
_VIEWS = frozenset({"keys", "values", "items", "copy"})


def order_is_lost(node: ast.expr, parents: dict[int, ast.AST]) -> bool:
    """``sorted(vars(m))``, ``set(m.__dict__.keys())``, ``{n for n in dir(m)}``: another order of names is the same."""
    while True:
        above = parents.get(id(node))
        match above:
            case ast.Attribute(attr=attribute) if attribute in _VIEWS:
                node = above
            case ast.Call(func=function) if function is node:
                node = above
            case ast.Call(func=ast.Name(id=name)) if name in _ANY_ORDER:
                return True
            case ast.Call(func=ast.Name(id=name)) if name in _SAME_ORDER:
                node = above
            case ast.Call(func=ast.Attribute(attr="dict" | "setitem" | "delitem"), args=[first, *_]) if first is node:
                return True  # `patch.dict(vars(m), …)` replaces what is named, and puts it back
            case ast.BinOp(op=ast.Sub() | ast.BitAnd() | ast.BitXor()) | ast.Set():
                return True  # views of keys are sets
            case ast.Starred() | ast.BinOp(op=ast.Add()):
                node = above  # `list(globals()) + list(more)`
            case ast.List() | ast.Tuple() if isinstance(node, ast.Starred):
                node = above
            case ast.comprehension(iter=listed) if listed is node:
                made = parents.get(id(above))
                if not isinstance(made, (ast.GeneratorExp, ast.ListComp)):
                    return isinstance(made, ast.SetComp)
                node = made
            case _:
                return False
