"""Functions that code from outside of the tree calls with whatever objects it meets: encoders, keys, callbacks."""

from __future__ import annotations

import ast

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import Function
from codemods.planning.references.given_values import GivenValues, values_of
from codemods.planning.references.module_values import last_name
from codemods.planning.references.outside_names import outside_names

# Methods that encoders and picklers of libraries call with each object.
_ASKED_FOR = frozenset({"default", "persistent_id", "reducer_override", "represent_data", "flatten"})
# They do not call it with anything: a class gets it as a method that others call.
_NOT_CALLING = frozenset({"isinstance", "len", "staticmethod", "callable", "hash", "id"})
# They call it with what they are given beside it.
_GOING_THROUGH = frozenset({"map", "filter", "sorted", "min", "max"})


def is_given_anything(facts: Facts, module: Module, asked: ast.expr) -> bool:
    """Is what is asked, or the object whose class it is, a parameter of such a function?"""
    names = [n.id for n in ast.walk(asked) if isinstance(n, ast.Name) and n.id != "type"]
    function = module.source.nodes.parents.get(id(asked))
    while function is not None and not isinstance(function, FUNCTIONS):
        function = module.source.nodes.parents.get(id(function))
    if function is None or len(names) != 1:
        return False
    name = names[0]
    for value in values_of(function, name):
        inner = [n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id != "type"] if value else []
        if len(inner) != 1:
            return False
        name = inner[0]
    given = [a for a in (*function.args.posonlyargs, *function.args.args) if a.arg == name and a.arg != "self"]
    some = any(a.annotation is None or _may_hold_what_moves(facts, module, asked, a.annotation) for a in given)
    return some and _is_a_callback(facts, module, function)


def _may_hold_what_moves(facts: Facts, module: Module, asked: ast.expr, annotation: ast.expr) -> bool:
    """``route.endpoint``, where a route is the library's: it holds what that was given, as a decorated function is."""
    library = {name.partition(".")[0] for name in outside_names(facts.project, module, annotation)}
    nodes = [s.node for group in facts.moving for s in group.statements]
    decorators = [d for n in nodes if isinstance(n, (ast.ClassDef, *FUNCTIONS)) for d in n.decorator_list]
    got = (d.func if isinstance(d, ast.Call) else d for d in decorators if isinstance(asked, ast.Attribute))
    return any(name.partition(".")[0] in library for d in got for name in outside_names(facts.project, facts.source, d))


def _is_a_callback(facts: Facts, module: Module, function: Function) -> bool:
    owner = module.source.nodes.parents.get(id(function))
    if isinstance(owner, ast.ClassDef):
        bases = owner.bases if function.name in _ASKED_FOR else ()
        return any(outside_names(facts.project, module, base) for base in bases)
    if not isinstance(owner, ast.Module):
        return False
    return any(_passes_on(facts, user, function) for user in facts.project.modules_mentioning(function.name))


def _passes_on(facts: Facts, module: Module, function: Function) -> bool:
    """Does a module give the function to a call, ``json.dumps(thing, default=encode)``, that may call it?"""
    for use in module.source.nodes.of(ast.Name):
        above = module.source.nodes.parents.get(id(use)) if use.id == function.name else None
        call = module.source.nodes.parents.get(id(above)) if isinstance(above, ast.keyword) else above
        if isinstance(call, ast.Call) and call.func is not use and last_name(call.func) not in _NOT_CALLING:
            given = [a for a in call.args if a is not use]
            if last_name(call.func) not in _GOING_THROUGH or not all(_is_another(facts, module, a) for a in given):
                return True
    return False


def _is_another(facts: Facts, module: Module, given: ast.expr) -> bool:
    """Is it what objects hold in an attribute into which nobody puts what moves?"""
    return isinstance(given, ast.Attribute) and not GivenValues(facts).may_be_moved(module, given)
