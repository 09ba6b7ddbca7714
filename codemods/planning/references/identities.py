"""What frameworks know of moved definitions by the module in which they stand, and how that is kept: written down."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.frameworks import Fact, Pin, facts, heirs, holds_of, matching
from codemods.frameworks.django_apps import app_label
from codemods.model import Place
from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import moved_name
from codemods.planning.references.outside_names import outside_bases, outside_names

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Identity:
    """A moved definition that a framework knows by its module: the ``fact``, where it is seen, and the edit that writes
    down what the framework took (None: it can't be written)."""

    fact: Fact
    name: str
    place: ast.expr | Definition
    value: str
    edit: Replacement | None
    where: Place | None = None  # where ``place`` is, if not in the source


def identities(known: Facts) -> Iterator[Identity]:
    """One for each moved definition and fact, where the identity is not written already and would be another."""
    table = facts(known.project.tree, "identity")
    for group in known.moving:
        for statement in group.statements:
            node = statement.node
            if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
                for fact in table:
                    yield from _of_definition(known, fact, node)
    yield from _of_calls(known, table)


def _of_calls(known: Facts, table: Sequence[Fact]) -> Iterator[Identity]:
    """``task = app.task(cleanup)``: a decorator that is called, and the like. The call may stand in any file, and what
    it gets is not written down there."""
    moving = [s.node for group in known.moving for s in group.statements]
    functions = {node.name: node for node in moving if isinstance(node, FUNCTIONS)}
    words = {name.rpartition(".")[2] for fact in table for name in (*fact.decorators, *fact.calls)}
    files = known.project.tree.code_with(words) if functions else frozenset()
    for module in known.project.modules_mentioning(*functions, among=files) if files else ():
        for call in module.source.nodes.of(ast.Call):
            name = moved_name(known, module, call.args[0]) if call.args else None
            if name not in functions:
                continue
            made = call.func if isinstance(call.func, ast.Call) else call  # ``app.task(queue="night")(cleanup)``
            names = outside_names(known.project, module, made.func)
            for fact in table:
                if matching((*fact.decorators, *fact.calls), names):
                    for found in _identity(known, fact, functions[name], made):
                        yield replace(found, edit=None, where=module.source.place(call))


def _of_definition(known: Facts, fact: Fact, node: Definition) -> Iterator[Identity]:
    project, module = known.project, known.source
    for decorator in node.decorator_list if fact.decorators else ():
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if matching(fact.decorators, outside_names(project, module, called)):
            yield from _identity(known, fact, node, decorator)
    if fact.bases and isinstance(node, ast.ClassDef) and matching(fact.bases, outside_bases(project, module, node)):
        if holds_of(project.tree, fact, module.path, node.name):
            yield from _identity(known, fact, node, node)


def _identity(known: Facts, fact: Fact, node: Definition, place: ast.expr | Definition) -> Iterator[Identity]:
    pin, tree, move = fact.pin, known.project.tree, known.move
    if pin is None:
        yield Identity(fact, node.name, place, "", None)
        return
    dotted = known.project.names.dotted
    old = pin.default(dotted(move.source), node.name, app_label(tree, move.source))
    new = pin.default(dotted(move.destination), node.name, app_label(tree, move.destination))
    if old != new and not _is_written(pin, place):
        inherited = pin.place == "attribute" and heirs(tree, node.name, pin.name)
        yield Identity(fact, node.name, place, old, None if inherited else _written(known.source, pin, place, old))


def _is_written(pin: Pin, place: ast.expr | Definition) -> bool:
    """Does the decorator or class already write the name down?"""
    if pin.place == "keyword":
        keywords = place.keywords if isinstance(place, ast.Call) else []
        return any(k.arg in (pin.name, None) for k in keywords)
    if not isinstance(place, ast.ClassDef):
        return False
    body = place.body
    if pin.place == "meta":
        meta = next((n for n in body if isinstance(n, ast.ClassDef) and n.name == "Meta"), None)
        body = meta.body if meta is not None else []
        if meta is not None and any(_binds(n, "abstract") for n in body):
            return True
    return any(_binds(n, pin.name) for n in body)


def _binds(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(t, ast.Name) and t.id == name for t in targets)


def _written(module: Module, pin: Pin, place: ast.expr | Definition, value: str) -> Replacement | None:
    """The edit that writes an identity down."""
    source, why = module.source, f'{pin.name} = "{value}" is written down: it came from the module'
    if pin.place == "keyword" and isinstance(place, ast.expr):
        end = source.end(place)
        if not isinstance(place, ast.Call):
            return Replacement(end, end, f'({pin.name}="{value}")', why)
        before = source.text[: end - 1].rstrip()
        comma = "" if not (place.args or place.keywords) else " " if before.endswith(",") else ", "
        return Replacement(len(before), len(before), f'{comma}{pin.name}="{value}"', why)
    if not isinstance(place, ast.ClassDef):
        return None
    newline = "\r\n" if "\r\n" in source.text else "\n"
    meta = next((n for n in place.body if isinstance(n, ast.ClassDef) and n.name == "Meta"), None)
    owner = meta if pin.place == "meta" and meta is not None else place
    first = owner.body[0]
    if first.lineno == owner.lineno or first.lineno == owner.end_lineno == owner.lineno:
        return None
    indent = source.text[source.start(first) - first.col_offset : source.start(first)]
    if indent.strip():
        return None
    line = f'{indent}{pin.name} = "{value}"{newline}'
    if pin.place == "meta" and meta is None:
        step = indent[len(indent) // 2 :] if place.col_offset else indent
        end = source.end(place)
        text = f'{newline}{newline}{indent}class Meta:{newline}{indent}{step}{pin.name} = "{value}"'
        return Replacement(end, end, text, why)
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    after = owner.body[1] if docstring and len(owner.body) > 1 else None
    if docstring and after is None:
        end = source.end(first)
        return Replacement(end, end, f"{newline}{newline}{line.rstrip()}", why)
    start = source.start(after or first)
    start -= (after or first).col_offset
    return Replacement(start, start, line + (newline if isinstance(after or first, FUNCTIONS) else ""), why)
