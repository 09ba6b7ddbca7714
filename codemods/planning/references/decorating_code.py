"""The code that a decorator leads to, however it is written: options, aliases, ``partial``, lambdas, tables, functions
that another decorator is given; and the functions to which it gives what it decorates."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.all_decorators import listing_decorators
from codemods.planning.references.called_code import Code, called
from codemods.project import walk

_DEEP = 5
Runs = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def decorating_code(facts: Facts) -> Iterator[Code]:
    """Each function of the tree that may get a moved definition, for a decorator leads to it."""
    project = facts.project
    for node in (s.node for group in facts.moving for s in group.statements):
        decorators = node.decorator_list if isinstance(node, (ast.ClassDef, *FUNCTIONS)) else []
        listing = list(listing_decorators(facts, node)) if decorators else []  # type: ignore[arg-type]
        todo = [found for d in decorators if d not in listing for found in _meant(project, facts.source, d, _DEEP)]
        seen: set[int] = set()
        while todo:
            module, function = todo.pop(0)
            if id(function) not in seen:
                seen.add(id(function))
                yield Code(module, function, f"it decorates {node.name}")  # type: ignore[union-attr]
                todo += _given_on(project, module, function)


def _meant(project: ProjectIndex, module: Module, node: ast.expr, deep: int) -> Iterator[tuple[Module, Runs]]:
    if deep < 0:
        return
    if isinstance(node, ast.Lambda):
        yield module, node
    elif isinstance(node, ast.Call):
        for part in (node.func, *node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(part, (ast.Name, ast.Attribute, ast.Lambda, ast.Call, ast.Subscript)):
                yield from _meant(project, module, part, deep - 1)
    elif isinstance(node, ast.Subscript):
        for owner, value in _values(project, module, node.value):
            yield from _meant(project, owner, value, deep - 1)
    elif isinstance(node, (ast.Dict, ast.List, ast.Tuple)):  # `**OPTIONS`
        for part in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from _meant(project, module, part, deep - 1)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from called(project, module, node)
        for owner, value in _values(project, module, node):
            yield from _meant(project, owner, value, deep - 1)


def _values(project: ProjectIndex, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr]]:
    """(the module in which a value stands, the value) that a name, or an attribute of something, is set to."""
    chain = chain_of(node)
    found = resolved(project, module, chain) if chain else None
    stands = definition(project, found) if found is not None else None
    if found is not None and isinstance(stands, (ast.Assign, ast.AnnAssign)) and stands.value is not None:
        yield project.module(found[0]), stands.value
    elif len(chain) > 1 and (owner := resolved(project, module, chain[:-1])) is not None:
        if isinstance(definition(project, owner), (ast.ClassDef, ast.Assign)):
            home = project.module(owner[0])
            for assigned in home.source.nodes.of(ast.Assign):
                if any(isinstance(t, ast.Attribute) and t.attr == chain[-1] for t in assigned.targets):
                    yield home, assigned.value


def _given_on(project: ProjectIndex, module: Module, function: Runs) -> Iterator[tuple[Module, Runs]]:
    """The functions that are called in one with something that it, or a function in it, is given."""
    names = {n.arg for n in walk(function) if isinstance(n, ast.arg)} - {"self", "cls"}
    for call in (n for n in walk(function) if isinstance(n, ast.Call)):
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if any(isinstance(n, ast.Name) and n.id in names for argument in given for n in walk(argument)):
            yield from _meant(project, module, call.func, 1)
