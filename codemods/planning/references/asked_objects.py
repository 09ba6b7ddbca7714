"""What a method asks for its module: the object or the class that it is a method of, or something else?"""

from __future__ import annotations

import ast

from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.references.callbacks import is_given_anything
from codemods.planning.references.called_code import Code, Function
from codemods.planning.references.given_values import GivenValues, values_of
from codemods.planning.references.instance_filters import asked_for

_DEEP = 4


def is_another_object(facts: Facts, code: Code, asked: ast.expr) -> bool:
    """Is it what an object holds, ``self.item.thing``, or is given, and so not the object, or its class? Names are
    looked up in the method; what a call of the tree gives it that moves it may ask as well."""
    if not code.of_itself or not isinstance(code.node, FUNCTIONS):
        return False
    if _is_a_definition(code.node, asked):  # whoever is seen to give it one that moves is code of its own
        return not is_given_anything(facts, code.module, asked)
    return _is_of_another_class(facts, code, asked) or not _Method(facts, code.node).may_be_itself(asked, 0)


def _is_a_definition(method: Function, asked: ast.expr) -> bool:
    """Is it a parameter whose name is asked too, ``f"{func.__module__}.{func.__name__}"``, and so no instance?"""
    given = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
    if not isinstance(asked, ast.Name) or asked.id not in {a.arg for a in (given[1:] if given else ())}:
        return False
    named = any(_is_named(node, asked.id) for node in ast.walk(method))
    return named and not list(values_of(method, asked.id))


def _is_named(node: ast.AST, asked: str) -> bool:
    """``asked.__name__``, or ``"{0.__name__}".format(asked)``"""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="__name__" | "__qualname__"):
            return name == asked
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=[ast.Name(id=name)]):
            return name == asked and (".__name__}" in text or ".__qualname__}" in text)
        case _:
            return False


def _is_of_another_class(facts: Facts, code: Code, asked: ast.expr) -> bool:
    """``if isinstance(item, Extension):``, which nothing is that moves."""
    root = asked
    while isinstance(root, ast.Attribute) and root.attr == "__class__":
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    parents = code.module.source.nodes.parents
    inner: ast.AST = root
    while inner is not code.node and (above := parents.get(id(inner))) is not None:
        if isinstance(above, ast.If) and inner in above.body:
            bound = any(
                isinstance(n, ast.Name) and n.id == root.id and isinstance(n.ctx, ast.Store) for n in ast.walk(above)
            )
            found = None if bound else asked_for(facts.project, code.module, root.id, above.test)
            if found is not None and found.test == "isinstance":
                classes = (s.node for g in facts.moving for s in g.statements if isinstance(s.node, ast.ClassDef))
                return not any(found.may_derive(facts.move.source, node) for node in classes)
        inner = above
    return False


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
                return GivenValues(self.facts).may_hold(name)
            case ast.Call(func=ast.Name(id="type"), args=[value]) | ast.Subscript(value=ast.Attribute() as value):
                return self.may_be_itself(value, deep)
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *default]):
                held = name == "__class__" or GivenValues(self.facts).may_hold(name)
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
        values = list(values_of(self.function, name))
        if not values and not arguments:
            return True  # one of the module, or of a function around
        if any(value is None or self.may_be_itself(value, deep + 1) for value in values):
            return True
        return any(self._may_be_given_itself(argument) for argument in arguments)

    def _may_be_given_itself(self, argument: ast.arg) -> bool:
        return argument not in self.given or GivenValues(self.facts).may_be_given(self.function, argument)
