"""What can be changed in a piece of syntax: one function a kind of node, each change with a name and a sentence."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

LOG_LEVELS = {"debug": "info", "info": "debug", "warning": "info", "error": "warning", "exception": "error"}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True)
class Change:
    """One thing to do to a node: a kind, a sentence for people, and what takes the node's place."""

    kind: str
    what: str
    node: ast.AST


Node = TypeVar("Node", bound=ast.AST)
Operator: TypeAlias = Callable[..., Iterator[Change]]
OPERATORS: dict[type[ast.AST], Operator] = {}


def operator(*kinds: type[ast.AST]) -> Callable[[Operator], Operator]:
    """Say which nodes a function changes."""

    def register(function: Operator) -> Operator:
        OPERATORS.update(dict.fromkeys(kinds, function))
        return function

    return register


def changes(node: ast.AST) -> Iterator[Change]:
    """All that can be changed in this node itself; its children are asked on their own."""
    if found := OPERATORS.get(type(node)):
        for one in found(node):
            ast.copy_location(one.node, node)
            yield Change(one.kind, one.what, ast.fix_missing_locations(one.node))


def header(node: ast.AST) -> str:
    """A statement's own text, on one line and without the statements in it."""
    node = copy.copy(node)
    if isinstance(node, ast.Try):
        return "try:"
    if isinstance(node, ast.ExceptHandler):
        caught = f" {ast.unparse(node.type)}" if node.type else ""
        return f"except{caught}:"
    for field in ("body", "orelse", "decorator_list"):
        if isinstance(getattr(node, field, None), list):
            setattr(node, field, [])
    return ast.unparse(node).strip()


def _edited(node: Node, edit: Callable[[Node], object]) -> Node:
    node = copy.deepcopy(node)
    edit(node)
    return node


def _becomes(kind: str, old: ast.AST, new: ast.AST) -> Change:
    return Change(kind, f"`{header(old)}` becomes `{header(new)}`", new)


def _without(kind: str, part: str, whole: ast.AST) -> Change:
    return Change(kind, f"without `{part}`", whole)


# -- statements ----------------------------------------------------------------------------------------------


@operator(ast.Assign, ast.AugAssign, ast.Expr, ast.Delete, ast.Assert)
def _statement(node: ast.Assign | ast.AugAssign | ast.Expr | ast.Delete | ast.Assert) -> Iterator[Change]:
    yield _without("remove", header(node), ast.Pass())
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        op = ARITHMETIC[type(node.op)]()
        yield _becomes("arithmetic", node, _edited(node, lambda new: setattr(new, "op", op)))


@operator(ast.AnnAssign)
def _annotated(node: ast.AnnAssign) -> Iterator[Change]:
    if node.value is not None:
        yield _without("remove", header(node), ast.Pass())


@operator(ast.Raise)
def _raise(node: ast.Raise) -> Iterator[Change]:
    yield _without("not-raised", header(node), ast.Pass())


@operator(ast.Return)
def _return(node: ast.Return) -> Iterator[Change]:
    if node.value is None:
        yield _without("remove", "return", ast.Pass())
    elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield _becomes("return-none", node, ast.Return(ast.Constant(None)))


@operator(ast.Break, ast.Continue)
def _jump(node: ast.Break | ast.Continue) -> Iterator[Change]:
    yield _becomes("jump", node, ast.Continue() if isinstance(node, ast.Break) else ast.Break())


@operator(ast.With, ast.AsyncWith)
def _with(node: ast.With | ast.AsyncWith) -> Iterator[Change]:
    if not any(item.optional_vars for item in node.items):
        yield _without("no-with", header(node).rstrip(":"), ast.If(ast.Constant(True), node.body, []))


@operator(ast.For)
def _for(node: ast.For) -> Iterator[Change]:
    empty = ast.Tuple([], ast.Load())
    yield _becomes("no-loop", node, _edited(node, lambda new: setattr(new, "iter", empty)))


@operator(ast.If, ast.While, ast.IfExp)
def _condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    for kind, value in (("always", True), ("never", False)):
        new = _edited(node, lambda new, value=value: setattr(new, "test", ast.Constant(value)))
        yield Change(kind, f"`{ast.unparse(node.test)}` is {kind} so", new)


@operator(ast.ExceptHandler)
def _handler(node: ast.ExceptHandler) -> Iterator[Change]:
    first = node.body[0]
    if not (isinstance(first, ast.Raise) and first.exc is None):
        new = _edited(node, lambda new: setattr(new, "body", [ast.Raise()]))
        yield Change("not-caught", f"`{header(node)}` lets it pass", new)
    if node.type is not None and ast.unparse(node.type) not in ("Exception", "BaseException"):
        everything = ast.Name("Exception", ast.Load())
        yield _becomes("catch-all", node, _edited(node, lambda new: setattr(new, "type", everything)))


# -- expressions ---------------------------------------------------------------------------------------------


@operator(ast.Compare)
def _compare(node: ast.Compare) -> Iterator[Change]:
    for number, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            new = _edited(node, lambda new, number=number, other=other: new.ops.__setitem__(number, other()))
            yield _becomes("compare", node, new)


@operator(ast.BoolOp)
def _and_or(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _becomes("and-or", node, _edited(node, lambda new: setattr(new, "op", other)))
    for number, operand in enumerate(node.values):
        left = [one for one in node.values if one is not operand]
        new = left[0] if len(left) == 1 else _edited(node, lambda new, number=number: new.values.pop(number))
        yield Change("operand", f"`{ast.unparse(node)}` without `{ast.unparse(operand)}`", copy.deepcopy(new))


@operator(ast.UnaryOp)
def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield _becomes("unary", node, copy.deepcopy(node.operand))


@operator(ast.BinOp)
def _arithmetic(node: ast.BinOp) -> Iterator[Change]:
    if other := ARITHMETIC.get(type(node.op)):
        yield _becomes("arithmetic", node, _edited(node, lambda new: setattr(new, "op", other())))


@operator(ast.Constant)
def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    others: tuple[object, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int | float):
        others = (value + 1, value - 1)
    elif isinstance(value, str):
        others = (value + "X",)
    elif isinstance(value, bytes):
        others = (value + b"X",)
    for other in others:
        yield _becomes("constant", node, ast.Constant(other))


@operator(ast.Await)
def _await(node: ast.Await) -> Iterator[Change]:
    yield Change("no-await", f"`{ast.unparse(node.value)}` is not awaited", copy.deepcopy(node.value))


@operator(ast.Subscript)
def _slice(node: ast.Subscript) -> Iterator[Change]:
    if isinstance(node.slice, ast.Slice):
        yield _becomes("no-slice", node, copy.deepcopy(node.value))


@operator(ast.Tuple, ast.List, ast.Set)
def _elements(node: ast.Tuple | ast.List | ast.Set) -> Iterator[Change]:
    if len(node.elts) > 1 and not isinstance(getattr(node, "ctx", None), ast.Store):
        for number, one in enumerate(node.elts):
            new = _edited(node, lambda new, number=number: new.elts.pop(number))
            yield Change("element", f"`{ast.unparse(node)}` without `{ast.unparse(one)}`", new)


@operator(ast.Dict)
def _entries(node: ast.Dict) -> Iterator[Change]:
    def drop(new: ast.Dict, number: int) -> None:
        del new.keys[number], new.values[number]

    for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        entry = f"{ast.unparse(key) if key else '**'}: {ast.unparse(value)}"
        yield _without("entry", entry, _edited(node, lambda new, number=number: drop(new, number)))
    for one, other in _neighbours(node.values):
        yield Change("swap", _swapped(node.values, one, other), _edited(node, lambda n, i=one: _swap(n.values, i)))


@operator(ast.Call)
def _call(node: ast.Call) -> Iterator[Change]:
    any_order = isinstance(node.func, ast.Name) and node.func.id in ("min", "max")
    for one, other in _neighbours([] if any_order else node.args):
        yield Change("swap", _swapped(node.args, one, other), _edited(node, lambda n, i=one: _swap(n.args, i)))
    values = [keyword.value for keyword in node.keywords]
    for one, other in _neighbours(values):
        yield Change("swap", _swapped(values, one, other), _edited(node, lambda n, i=one: _swap_keywords(n, i)))
    for number, keyword in enumerate(node.keywords):
        name = f"{keyword.arg}={ast.unparse(keyword.value)}" if keyword.arg else f"**{ast.unparse(keyword.value)}"
        new = _edited(node, lambda new, number=number: new.keywords.pop(number))
        yield Change("keyword", f"`{ast.unparse(node.func)}(...)` without `{name}`", new)
    match node.func:
        case ast.Name(id=name) if name in FUNCTIONS:
            other = FUNCTIONS[name]
            new = _edited(node, lambda new: setattr(new.func, "id", other))
            yield Change("function", f"`{other}` in the place of `{name}`", new)
        case ast.Attribute(attr=level) if is_log_call(node):
            other = LOG_LEVELS[level]
            new = _edited(node, lambda new: setattr(new.func, "attr", other))
            yield Change("log-level", f"`logger.{other}` in the place of `logger.{level}`", new)


def is_log_call(node: ast.AST) -> bool:
    """Whether this is `logger.info(...)` or the like."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="logger"), attr=level)):
            return level in LOG_LEVELS
    return False


def _neighbours(values: list[ast.expr]) -> Iterator[tuple[int, int]]:
    for one, other in itertools.pairwise(range(len(values))):
        starred = any(isinstance(values[number], ast.Starred) for number in (one, other))
        if not starred and ast.unparse(values[one]) != ast.unparse(values[other]):
            yield one, other


def _swapped(values: list[ast.expr], one: int, other: int) -> str:
    return f"`{ast.unparse(values[one])}` and `{ast.unparse(values[other])}` change places"


def _swap(values: list[ast.expr], at: int) -> None:
    values[at], values[at + 1] = values[at + 1], values[at]


def _swap_keywords(node: ast.Call, at: int) -> None:
    one, other = node.keywords[at], node.keywords[at + 1]
    one.value, other.value = other.value, one.value
