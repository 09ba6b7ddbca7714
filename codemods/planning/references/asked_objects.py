"""What a method asks for its module: the object or the class that it is a method of, or something else?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.called_code import Code, Function, moved_name, sees
from codemods.planning.references.introspection import parents_of
from codemods.planning.references.module_values import last_name

_DEEP = 4
# What Python gives the other special methods may well be of the same class.
_GIVEN_ANYTHING = frozenset({"__init__", "__call__", "__exit__"})


def is_another_object(facts: Facts, code: Code, asked: ast.expr) -> bool:
    """Is it what an object holds, ``self.item.thing``, or is given, and so not the object, or its class? Names are
    looked up in the method; what a call of the tree gives it that moves it may ask as well."""
    if not code.of_itself or not isinstance(code.node, FUNCTIONS):
        return False
    return not _Method(facts, code.node).may_be_itself(asked, 0)


class _Method:
    def __init__(self, facts: Facts, function: Function) -> None:
        self.facts = facts
        self.function = function
        self.given = [*function.args.posonlyargs, *function.args.args]
        self.itself = self.given[0].arg if self.given else ""

    def may_be_itself(self, node: ast.expr, deep: int) -> bool:
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.Compare():
                return False
            case ast.Attribute(value=value, attr="__class__"):
                return self.may_be_itself(value, deep)
            case ast.Attribute(attr=name):
                return _holds_moved(self.facts, name)
            case ast.Call(func=ast.Name(id="type"), args=[value]) | ast.Subscript(value=ast.Attribute() as value):
                return self.may_be_itself(value, deep)
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *default]):
                held = name == "__class__" or _holds_moved(self.facts, name)
                return held or any(self.may_be_itself(value, deep) for value in default)
            case ast.Call(func=ast.Name(id="getattr"), args=[_, name, *_]):
                return "__class__" in ast.unparse(name)
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as value), args=given, keywords=keywords):
                return any(self.may_be_itself(part, deep) for part in (value, *given, *(k.value for k in keywords)))
            case ast.IfExp(body=one, orelse=two):
                return self.may_be_itself(one, deep) or self.may_be_itself(two, deep)
            case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                return any(self.may_be_itself(value, deep) for value in values)
            case ast.Name(id=name):
                return name == self.itself or deep > _DEEP or self._is_a_name_for_it(name, deep)
            case _:
                return True

    def _is_a_name_for_it(self, name: str, deep: int) -> bool:
        arguments = [a for a in ast.walk(self.function.args) if isinstance(a, ast.arg) and a.arg == name]
        values = list(self._values(name))
        if not values and not arguments:
            return True  # one of the module, or of a function around
        if any(value is None or self.may_be_itself(value, deep + 1) for value in values):
            return True
        return any(self._may_be_given_itself(argument) for argument in arguments)

    def _values(self, name: str) -> Iterator[ast.expr | None]:
        """What a name of the function is set to, a loop or a part of a tuple too; None where that can't be told."""
        parents = parents_of(self.function)
        for node in ast.walk(self.function):
            if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)) and node is not self.function:
                if any(a.arg == name for a in ast.walk(node.args) if isinstance(a, ast.arg)):
                    yield None
            elif isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
                above = parents.get(id(node))
                while isinstance(above, (ast.Tuple, ast.List, ast.Starred)):
                    above = parents.get(id(above))
                match above:
                    case (
                        ast.Assign(value=value) | ast.NamedExpr(value=value) | ast.AnnAssign(value=ast.expr() as value)
                    ):
                        yield value
                    case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value):
                        yield value
                    case _:
                        yield None
            elif name in (getattr(node, "name", None), getattr(node, "asname", None)) and node is not self.function:
                yield None

    def _may_be_given_itself(self, argument: ast.arg) -> bool:
        return argument not in self.given or _may_be_given_moved(self.facts, self.function, argument)


def _may_be_given_moved(facts: Facts, function: Function, argument: ast.arg) -> bool:
    special = function.name.startswith("__") and function.name not in _GIVEN_ANYTHING
    if special or argument.arg == "other" or _names_moved(facts, argument.annotation):
        return True
    names = facts.moved_names if function.name == "__init__" else {function.name}
    for module in facts.project.modules_mentioning(*names):
        for call in (c for c in module.source.nodes.of(ast.Call) if last_name(c.func) in {*names, function.name}):
            if any(_may_be_moved(facts, module, given) for given in (*call.args, *(k.value for k in call.keywords))):
                return True
    return False


def _names_moved(facts: Facts, annotation: ast.expr | None) -> bool:
    nodes = ast.walk(annotation) if annotation is not None else ()
    words = {word for n in nodes for word in re.findall(r"\w+", str(getattr(n, "id", getattr(n, "value", ""))))}
    words |= {n.attr for n in ast.walk(annotation) if isinstance(n, ast.Attribute)} if annotation is not None else set()
    return not words.isdisjoint({*facts.moved_names, "Self"})


def _may_be_moved(facts: Facts, module: Module, node: ast.expr) -> bool:
    """Is it something that moves, made of that, or the object in whose class it stands?"""
    values = [node]
    if isinstance(node, ast.Name):
        values += [value for name, value in bound_values(module) if name == node.id and sees(module, node, value)]
    inner = [n for value in values for n in ast.walk(value) if isinstance(n, (ast.Name, ast.Attribute))]
    itself = getattr(node, "id", "") in ("self", "cls")
    return itself or any(moved_name(facts, module, n) is not None for n in inner)


def _holds_moved(facts: Facts, attribute: str) -> bool:
    """May something that moves be what objects hold in an attribute, or be in that?"""
    for module in facts.project.modules_mentioning(attribute):
        nodes, parents = module.source.nodes, module.source.nodes.parents
        noted = [n for n in nodes.of(ast.AnnAssign) if last_name(n.target) == attribute]
        if any(_names_moved(facts, n.annotation) for n in noted):
            return True
        uses = [n for n in (*nodes.of(ast.Attribute), *nodes.of(ast.Name)) if last_name(n) == attribute]
        values = [k.value for k in nodes.of(ast.keyword) if k.arg == attribute]
        values += [value for use in uses for value in _put(use, parents)]
        if any(_is_put_in(facts, module, value) for value in values):
            return True
        for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)):
            if function.name == attribute and isinstance(parents.get(id(function)), ast.ClassDef):
                return True  # a property, or a method
    return False


def _is_put_in(facts: Facts, module: Module, value: ast.expr) -> bool:
    if _may_be_moved(facts, module, value):
        return True
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and last_name(node.func) in facts.project.defined:
            return True  # what that returns is not known
        if isinstance(node, ast.Name):
            around: ast.AST | None = module.source.nodes.parents.get(id(node))
            while around is not None and not isinstance(around, FUNCTIONS):
                around = module.source.nodes.parents.get(id(around))
            given = [a for a in ast.walk(around.args) if isinstance(a, ast.arg)] if around is not None else []
            if any(a.arg == node.id and _may_be_given_moved(facts, around, a) for a in given):  # type: ignore[arg-type]
                return True
    return False


def _put(use: ast.expr, parents: dict[int, ast.AST]) -> Iterator[ast.expr]:
    """What is put into a variable or attribute, or into that: ``self.items = ...``, ``self.items.append(x)``"""
    above = parents.get(id(use))
    if isinstance(above, ast.Subscript) and above.value is use:
        use, above = above, parents.get(id(above))
    if not isinstance(use.ctx, ast.Load):  # type: ignore[attr-defined]
        while isinstance(above, (ast.Tuple, ast.List, ast.Starred)):
            above = parents.get(id(above))
        value = getattr(above, "value", getattr(above, "iter", getattr(above, "context_expr", None)))
        yield from [value] if isinstance(value, ast.expr) else []
    elif (
        isinstance(above, ast.Attribute) and isinstance(call := parents.get(id(above)), ast.Call) and call.func is above
    ):
        yield from (*call.args, *(k.value for k in call.keywords))
