"""Code that goes through the names of a namespace and keeps some by their text: `[n for n in dir(m) if n.isupper()]`.
What the text of a name certainly rules out is not in the list, and can't change what the list has, or its order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from codemods.bindings import Module

# Of `str`: they ask one text, and cost nothing.
_METHODS = frozenset(
    {"startswith", "endswith", "isupper", "islower", "istitle", "isidentifier", "isalpha", "isalnum", "isascii"}
    | {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "count", "find"}
)
_MATCHING = frozenset({"match", "fullmatch", "search"})
_SAME_NAMES = frozenset({"list", "tuple", "sorted", "set", "frozenset", "iter", "reversed", "dict"})
_COMPARE: dict[type[ast.cmpop], Any] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
# A pattern of the tree is matched here only where that takes no time: no repeated group, few repetitions.
_LONG, _REPEATED, _MOST = 200, re.compile(r"\)[*+?{]"), 3


@dataclass(frozen=True)
class NameFilter:
    """The tests that a name passes before anything is made of it; ``variable`` is the name in them."""

    module: Module
    variable: str
    tests: tuple[ast.expr, ...]

    def may_keep(self, name: str) -> bool:
        """False where a test certainly fails for this name."""
        return len(name) > _LONG or all(self._holds(test, name) is not False for test in self.tests)

    def _holds(self, test: ast.expr, name: str) -> bool | None:
        """None: it depends on more than the text of the name."""
        if isinstance(test, ast.BoolOp):
            found = [self._holds(value, name) for value in test.values]
            decides = isinstance(test.op, ast.Or)
            return decides if decides in found else None if None in found else not decides
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            held = self._holds(test.operand, name)
            return None if held is None else not held
        try:
            return bool(self._value(test, name))
        except (_Unknown, TypeError, ValueError, IndexError, OverflowError, RecursionError, re.error):
            return None

    def _value(self, node: ast.expr, name: str) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=used) if used == self.variable:
                return name
            case ast.Name() if isinstance(value := self._constant(node), (ast.Constant, ast.Tuple)):
                return self._value(value, name)  # What can be changed in place may have other parts by now.
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return tuple(self._value(part, name) for part in parts)
            case ast.Subscript(value=whole, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                start, end = (None if part is None else self._value(part, name) for part in (lower, upper))
                return self._value(whole, name)[start:end]
            case ast.Subscript(value=whole, slice=index):
                return self._value(whole, name)[self._value(index, name)]
            case ast.UnaryOp(op=ast.USub(), operand=number):
                return -self._value(number, name)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
                return _COMPARE[type(op)](self._value(left, name), self._value(right, name))
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self._called(function, arguments, name)
        raise _Unknown

    def _called(self, function: ast.expr, arguments: list[ast.expr], name: str) -> Any:
        match function, arguments:
            case ast.Name(id="len"), [text] if self.module.is_global(function) and "len" not in self.module.binds:
                return len(self._value(text, name))
            case ast.Attribute(value=ast.Name(id="re"), attr=how), [pattern, text] if (
                how in _MATCHING and self._imports("re")
            ):
                return _matches(how, self._value(pattern, name), self._value(text, name))
            case ast.Attribute(value=ast.Name(id="fnmatch"), attr="fnmatch" | "fnmatchcase"), [text, pattern] if (
                self._imports("fnmatch")
            ):
                return fnmatchcase(self._value(text, name), self._value(pattern, name))
            case ast.Attribute(value=ast.Name() as held, attr=how), [text] if how in _MATCHING:
                return _matches(how, self._pattern(held), self._value(text, name))
            case ast.Attribute(value=text, attr=method), _ if method in _METHODS:
                asked = self._value(text, name)
                if isinstance(asked, str):
                    return getattr(asked, method)(*(self._value(argument, name) for argument in arguments))
        raise _Unknown

    def _imports(self, library: str) -> bool:
        items = self.module.top_imports.get(library, [])
        return bool(items) and all(not item.level and item.module == library for item in items)

    def _pattern(self, held: ast.Name) -> str:
        match self._constant(held):
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr="compile"),
                args=[ast.Constant(value=str() as text)],
                keywords=[],
            ) if self._imports("re"):
                return text
        raise _Unknown

    def _constant(self, node: ast.Name) -> ast.expr:
        """What a name of the module is set to, once and for all."""
        found = self.module.definitions.get(node.id, [])
        if len(found) == 1 and node.id not in self.module.rebound and self.module.is_global(node):
            match found[0].node:
                case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=ast.expr() as value):
                    return value
        raise _Unknown


class _Unknown(Exception):
    """More than the text of the name decides."""


def _matches(how: str, pattern: Any, text: Any) -> bool:
    if not isinstance(pattern, str) or len(pattern) > _LONG or _REPEATED.search(pattern):
        raise _Unknown
    if sum(map(pattern.count, "*+?{")) > _MOST:
        raise _Unknown
    return getattr(re, how)(pattern, text) is not None


def names_kept(module: Module, listed: ast.expr) -> NameFilter | None:
    """What is kept of the names that ``listed`` gives: a namespace, or a call that lists names, or pairs with one."""
    parents = module.source.nodes.parents
    node, pairs = listed, isinstance(listed, ast.Call) and getattr(listed.func, "attr", "") == "getmembers"
    pairs = pairs or (isinstance(listed, ast.Call) and getattr(listed.func, "id", "") == "getmembers")
    while True:
        above = parents.get(id(node))
        match above:
            case ast.Attribute(attr="keys" | "copy" | "items") if isinstance(call := parents.get(id(above)), ast.Call):
                node, pairs = call, pairs or above.attr == "items"
            case ast.Call(func=ast.Name(id=name), args=[first]) if first is node and name in _SAME_NAMES:
                node = above
            case _:
                break
    found = _variable(above, node, pairs)
    if found is None or any(isinstance(n, ast.NamedExpr) for test in found[1] for n in ast.walk(test)):
        return None
    return NameFilter(module, *found)


def _variable(above: ast.AST | None, node: ast.expr, pairs: bool) -> tuple[str, tuple[ast.expr, ...]] | None:
    """The variable that each name is bound to in turn, and the tests before anything is made of it."""
    match above:
        case ast.comprehension(iter=listed, target=target, ifs=tests) if listed is node:
            name = _name(target, pairs)
            return (name, tuple(tests)) if name else None
        case ast.For(iter=listed, target=target, body=body, orelse=[]) if listed is node:
            name = _name(target, pairs)
            return (name, tuple(_first_tests(body))) if name else None
        case ast.Call(func=ast.Name(id="filter"), args=[ast.Lambda() as function, listed]) if listed is node:
            (argument, *more) = function.args.args or [None]
            return (argument.arg, (function.body,)) if argument is not None and not more and not pairs else None
    return None


def _name(target: ast.expr, pairs: bool) -> str:
    if pairs:
        target = target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else ast.Constant("")
    return target.id if isinstance(target, ast.Name) else ""


def _first_tests(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """The tests of a loop that does nothing for other names: `if test:` alone, or `if not test: continue` first."""
    for statement in body:
        match statement:
            case ast.If(test=test, body=[ast.Continue()], orelse=[]):
                yield ast.UnaryOp(ast.Not(), test)
            case ast.If(test=test, orelse=[]) if statement is body[-1]:
                yield test
            case _:
                return
