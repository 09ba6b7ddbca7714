"""What is asked of a module's name where it is read: ``cls.__module__ == "numpy"`` is answered the same for both names.

The expression around a read is computed for the old and for the new name, as far as it is made of texts.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable
from typing import Any

from codemods.bindings.scopes import FUNCTIONS

_COMPARING: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_METHODS = frozenset(
    {"startswith", "endswith", "partition", "rpartition", "split", "rsplit", "removeprefix", "removesuffix", "lower"}
)


def is_answered_alike(node: ast.expr, parents: dict[int, ast.AST], old: str, new: str) -> bool:
    """Is what the code around a read makes of a module's name the same for both names?"""
    return _is_alike(node, parents, old, new)


def asks_for_its_folder(node: ast.expr, parents: dict[int, ast.AST]) -> bool:
    """``frame.f_code.co_filename.startswith(folder)``: answered alike for all files of one folder."""
    if reads := _reads_of_the_name(node, parents):
        return all(asks_for_its_folder(read, parents) for read in reads)
    asked = _prefix_asked(node, parents)
    if asked is None:
        return False
    given = asked.elts if isinstance(asked, ast.Tuple) else [asked]
    values = ((_only_value(g.id, g, parents) if isinstance(g, ast.Name) else None) or g for g in given)
    return all(getattr(v, "attr", getattr(v, "id", "")) != "__file__" for v in values)


def _is_alike(node: ast.expr, parents: dict[int, ast.AST], one: Any, two: Any) -> bool:
    try:
        while one != two:
            if _asks_for_a_package(node, parents):
                return one.rpartition(".")[:2] == two.rpartition(".")[:2]
            if reads := _reads_of_the_name(node, parents):
                return all(_is_alike(read, parents, one, two) for read in reads)
            found = _step(node, parents)
            if found is None:
                return False
            node, compute = found
            one, two = compute(one), compute(two)
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
    return True


def _asks_for_a_package(node: ast.expr, parents: dict[int, ast.AST]) -> bool:
    """``name.startswith(package + ".")``: the answer is the same for all modules of one package, whichever is asked
    for."""
    asked = _prefix_asked(node, parents)
    return asked is not None and _ends_in_a_dot(asked, parents)


def _prefix_asked(node: ast.expr, parents: dict[int, ast.AST]) -> ast.expr | None:
    """What a text is asked to start with: ``text.startswith(prefix)``"""
    above = parents.get(id(node))
    call = parents.get(id(above)) if isinstance(above, ast.Attribute) and above.attr == "startswith" else None
    if not isinstance(call, ast.Call) or call.func is not above or len(call.args) != 1 or call.keywords:
        return None
    return call.args[0]


def _reads_of_the_name(node: ast.expr, parents: dict[int, ast.AST]) -> list[ast.expr]:
    """Where a function reads the name that it gives to this value, and to no other."""
    above = parents.get(id(node))
    if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or) and above.values[0] is node:
        above = parents.get(id(above))  # `getattr(x, "__module__", None) or ""`
    target = above.targets[0] if isinstance(above, ast.Assign) and len(above.targets) == 1 else None
    around: ast.AST | None = above
    while around is not None and not isinstance(around, FUNCTIONS):
        around = parents.get(id(around))
    if not isinstance(target, ast.Name) or around is None or _only_value(target.id, target, parents) is None:
        return []
    named = [n for n in ast.walk(around) if isinstance(n, ast.Name) and n.id == target.id]
    return [n for n in named if isinstance(n.ctx, ast.Load)]


def _ends_in_a_dot(node: ast.expr, parents: dict[int, ast.AST]) -> bool:
    match node:
        case ast.BinOp(op=ast.Add(), right=last) | ast.JoinedStr(values=[*_, last]):
            return isinstance(last, ast.Constant) and str(last.value).endswith(".")
        case ast.Name(id=name, ctx=ast.Load()):
            value = _only_value(name, node, parents)
            return value is not None and not isinstance(value, ast.Name) and _ends_in_a_dot(value, parents)
        case _:
            return False


def _only_value(name: str, node: ast.AST, parents: dict[int, ast.AST]) -> ast.expr | None:
    """What a name is set to, once, and nowhere else in the code around; a parameter is set by who calls."""
    while id(node) in parents:
        node = parents[id(node)]
    inner = list(ast.walk(node))
    stores = [n for n in inner if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)]
    others = (n for n in inner if name in _bound_otherwise(n))
    if len(stores) != 1 or any(True for _ in others):
        return None
    match parents.get(id(stores[0])):
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value) if (
            target is stores[0]
        ):
            return value
        case _:
            return None


def _bound_otherwise(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.arg(arg=name) | ast.alias(asname=str(name)) | ast.alias(name=name):
            return (name,)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return tuple(names)
        case _:
            return ()


def is_another_class(node: ast.expr, parents: dict[int, ast.AST], old: str, new: str) -> bool:
    """Is how a class is shown asked for a text that neither name makes it: ``str(type(x)) == "NAType"``?"""
    above = parents.get(id(node))
    shown = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("str", "repr")
    if not shown or not isinstance(above, ast.Compare) or len(above.ops) != 1:
        return False
    sides = [above.left, *above.comparators]
    text = getattr(sides[1 - sides.index(node)], "value", None)
    if not isinstance(text, str):
        return False
    if isinstance(above.ops[0], (ast.Eq, ast.NotEq)):
        return old not in text and new not in text
    asked = isinstance(above.ops[0], (ast.In, ast.NotIn)) and sides[1] is node
    return asked and "." not in text and (text in old) == (text in new)


def _step(node: ast.expr, parents: dict[int, ast.AST]) -> tuple[ast.expr, Callable[[Any], Any]] | None:
    """The expression around, and what it makes of a value."""
    above = parents.get(id(node))
    if isinstance(above, ast.Attribute) and above.attr in _METHODS:
        call = parents.get(id(above))
        if isinstance(call, ast.Call) and call.func is above and not call.keywords:
            given = [ast.literal_eval(argument) for argument in call.args]
            return call, lambda value: getattr(value, above.attr)(*given)
    if isinstance(above, ast.Subscript) and above.value is node:
        index = _slice(above.slice) if isinstance(above.slice, ast.Slice) else ast.literal_eval(above.slice)
        return above, lambda value: value[index]
    if isinstance(above, ast.Compare) and above.left is node and len(above.ops) == 1:
        compare, other = _COMPARING.get(type(above.ops[0])), _known(above.comparators[0], parents)
        return (above, lambda value: compare(value, other)) if compare is not None else None
    if isinstance(above, ast.Compare) and [node] == above.comparators and isinstance(above.ops[0], (ast.Eq, ast.NotEq)):
        compare, other = _COMPARING[type(above.ops[0])], _known(above.left, parents)
        return above, lambda value: compare(value, other)
    return None


def _known(node: ast.expr, parents: dict[int, ast.AST]) -> Any:
    """What is written down, under a name that is set once too; the module of a builtin. Raises ValueError else."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="__module__") if isinstance(
            getattr(builtins, name, None), type
        ):
            return "builtins"
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type"), args=[ast.Constant()]), attr="__module__"):
            return "builtins"
        case ast.Name(id=name, ctx=ast.Load()):
            value = _only_value(name, node, parents)
            if value is not None and not isinstance(value, ast.Name):
                return _known(value, parents)
    return ast.literal_eval(node)


def _slice(node: ast.Slice) -> slice:
    parts = (node.lower, node.upper, node.step)
    return slice(*(ast.literal_eval(part) if part is not None else None for part in parts))


def file_in(node: ast.AST, parents: dict[int, ast.AST]) -> ast.expr | None:
    """``frame.f_code.co_filename``, ``filename = getfile(frame)``, and where that name is read"""
    above = parents.get(id(node))
    match node:
        case ast.Attribute(attr="f_code"):
            return above if isinstance(above, ast.Attribute) and above.attr == "co_filename" else None
        case ast.Name(id="filename", ctx=ast.Store()):
            return above.value if isinstance(above, ast.Assign) else None
        case ast.Attribute(attr="co_filename" | "filename") | ast.Name(id="filename"):
            return node
        case _:
            return None


def name_in(above: ast.AST | None, parents: dict[int, ast.AST]) -> ast.expr | None:
    """``frame.f_globals["__name__"]``, ``frame.f_globals.get("__name__")``"""
    match above:
        case ast.Subscript(slice=ast.Constant(value="__name__")):
            return above
        case ast.Attribute(attr="get"):
            call = parents.get(id(above))
            asked = call.args[:1] if isinstance(call, ast.Call) and call.func is above else []
            return call if [getattr(a, "value", None) for a in asked] == ["__name__"] else None  # type: ignore[return-value]
        case _:
            return None
