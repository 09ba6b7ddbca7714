"""Texts that are made of signatures: ``str(inspect.signature(order))`` shows a class in it with its module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.references.called_code import Function, called, methods, moved_name
from codemods.planning.references.identity_readers import shown_in_text
from codemods.planning.references.module_values import last_name

_Functions = Iterator[tuple[Module, Function]]


def shown_signatures(facts: Facts) -> Iterator[tuple[Module, ast.expr, str]]:
    """(module, place, class) for each text that shows a class that moves so."""
    if not any(isinstance(s.node, ast.ClassDef) for group in facts.moving for s in group.statements):
        return
    for module in facts.project.modules_mentioning("signature"):
        for node, shown in shown_in_text(module.source.tree):
            if isinstance(shown, ast.Call) and shown.args and last_name(shown.func) == "signature":
                names = (_annotated(facts, *one) for one in _asked(facts, module, shown.args[0]))
                name = next(filter(None, names), None)
                if name is not None:
                    yield module, node, name


def _annotated(facts: Facts, owner: Module, function: Function) -> str | None:
    """The class that moves of which the signature of a function has the object."""
    if owner.postponed:
        return None
    notes = [a.annotation for a in ast.walk(function.args) if isinstance(a, ast.arg)] + [function.returns]
    inside = (n for note in notes if note is not None for n in ast.walk(note) if isinstance(n, ast.expr))
    return next((found for n in inside if (found := moved_name(facts, owner, n)) is not None), None)


def _asked(facts: Facts, module: Module, asked: ast.expr) -> _Functions:
    """The functions that an expression may be: itself, what a function is given, what a loop finds in a namespace."""
    yield from called(facts.project, module, asked)
    if isinstance(asked, ast.Call) and last_name(asked.func) == "getattr" and asked.args:
        yield from _inside(facts, module, asked.args[0])
    if not isinstance(asked, ast.Name):
        return
    parents, above = module.source.nodes.parents, asked
    while (above := parents.get(id(above))) is not None:  # type: ignore[assignment]
        loops = [above] if isinstance(above, (ast.For, ast.AsyncFor)) else getattr(above, "generators", ())
        for loop in loops:
            if any(isinstance(n, ast.Name) and n.id == asked.id for n in ast.walk(loop.target)):
                for holder in (n for n in ast.walk(loop.iter) if isinstance(n, (ast.Name, ast.Attribute))):
                    yield from _inside(facts, module, holder)
        if isinstance(above, FUNCTIONS):
            yield from _given(facts, above, asked.id)
            return


def _inside(facts: Facts, module: Module, holder: ast.expr) -> _Functions:
    """The functions of a module of the tree, or the methods of a class, that an expression names."""
    project, chain = facts.project, chain_of(holder)
    found = resolved(project, module, chain) if chain else None
    node = definition(project, found) if found is not None else None
    if found is not None and isinstance(node, ast.ClassDef):
        yield from methods(project, project.module(found[0]), node)
    for dotted in facts.referrers.values.dotted_of(module, chain) if chain else ():
        path = project.names.find(dotted, module.path)
        other = project.module(path) if path is not None else None
        for name in other.binds if other is not None else ():
            yield from called(project, other, ast.Name(name, ast.Load()))  # type: ignore[arg-type]


def _given(facts: Facts, function: ast.AST, name: str) -> _Functions:
    """What calls give a function of the tree for a parameter, or what it decorates."""
    arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]  # type: ignore[attr-defined]
    own = function.name  # type: ignore[attr-defined]
    if name not in arguments:
        return
    for module in facts.project.modules_mentioning(own):
        for call in (c for c in module.source.nodes.of(ast.Call) if last_name(c.func) == own):
            given = call.args[arguments.index(name)] if arguments.index(name) < len(call.args) else None
            given = next((k.value for k in call.keywords if k.arg == name), given)
            if given is not None and any(f is function for _, f in called(facts.project, module, call.func)):
                yield from called(facts.project, module, given)
        for kind in FUNCTIONS:
            for node in module.source.nodes.of(kind) if arguments.index(name) == 0 else ():
                for decorator in node.decorator_list:
                    if any(f is function for _, f in called(facts.project, module, decorator)):
                        yield module, node
