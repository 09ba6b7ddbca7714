"""Somebody asks moved definitions which module they were made in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.side_effects import chain_of, definition, resolved
from codemods.planning.references.all_decorators import listing_decorators

CODE = "module-recorded"
ACCEPTS = True
TITLE = "code reads `__module__`, which a move changes"
MEANING = """A class or function says in `__module__` where it was made, and after a move it says the destination. A
decorator, base or metaclass of the tree that reads it while the definition is made may record it as a key, so the move
is refused; so is one where `__module__` is compared with a name of a module, as scans for a module's own classes do.
Other readers are listed."""
EXAMPLE = """
-- shop/tasks.py --
TASKS = {}
def task(function):
    TASKS[f"{function.__module__}.{function.__name__}"] = function
    return function
-- shop/mail.py --
from shop.tasks import task
@task
def send():
    return "sent"
-- move --
shop/mail.py shop/sending.py send
"""

_REMEDIES = ("give it a name that does not come from its module first", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    reads = tuple(_reads(facts))
    for unit in facts.moving:
        for statement in unit.statements:
            yield from _recorded(facts, statement, {place.path for place, _ in reads})
    for place, compared in reads:
        if compared:
            reason = "__module__ is compared with the name of a module here, and moved definitions have another"
            yield Hazard(CODE, place, reason, _REMEDIES)
    others = [place for place, compared in reads if not compared]
    if others:
        more = f", and at {len(others) - 1} more place{'s' if len(others) > 2 else ''}" if len(others) > 1 else ""
        new = facts.world.names.dotted(facts.move.destination)
        reason = f"__module__ is read here{more}; of moved definitions it is {new} after the move"
        yield Hazard(CODE, others[0], reason, (), Severity.DECLARED)


def _recorded(facts: Facts, statement: Statement, paths: set[str]) -> Iterator[Hazard]:
    """What runs while a moved definition is made, and reads its module."""
    node = statement.node
    above: list[tuple[ast.expr, tuple[str, ...]]] = []
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        listing = list(listing_decorators(facts, node))
        above = [(d, ()) for d in node.decorator_list if d not in listing]
    if isinstance(node, ast.ClassDef):
        above += [(base, ("__init_subclass__",)) for base in node.bases]
        above += [(k.value, ("__new__", "__init__")) for k in node.keywords if k.arg == "metaclass"]
    for expression, hooks in above:
        place = facts.source.source.place(expression)
        reader = _reader(facts, facts.source, expression, hooks, paths, frozenset())
        if reader is not None:
            reason = f"this reads __module__ at {reader} while the moved definition is made, and may record it"
            yield Hazard(CODE, place, reason, _REMEDIES)


def _reader(
    facts: Facts, module: Module, expression: ast.expr, hooks: tuple[str, ...], paths: set[str], seen: frozenset[object]
) -> Place | None:
    chain = chain_of(getattr(expression, "func", getattr(expression, "value", expression)))
    chain = chain if isinstance(expression, (ast.Call, ast.Subscript)) else chain_of(expression)
    found = resolved(facts.world, module, chain) if chain else None
    node = definition(facts.world, found) if found else None
    if found is None or node is None or found in seen:
        return None
    owner = facts.world.module(found[0])
    if not hooks:
        nested = isinstance(expression, ast.Call)
        own = next(_made_of_module(node.body, nested), None) if isinstance(node, FUNCTIONS) else None
        return owner.source.place(own) if own is not None else None
    if not isinstance(node, ast.ClassDef):
        return None
    for method in node.body:
        if isinstance(method, FUNCTIONS) and method.name in hooks and found[0] in paths:
            for read in _made_of_module(method.body, False):
                return owner.source.place(read)
    higher = [(base, hooks) for base in node.bases]
    higher += [(k.value, ("__new__", "__init__")) for k in node.keywords if k.arg == "metaclass"]
    for base, theirs in higher:
        place = _reader(facts, owner, base, theirs, paths, seen | {found})
        if place is not None:
            return place
    return None


def _made_of_module(body: list[ast.stmt], nested: bool) -> Iterator[ast.Attribute]:
    """Reads of ``x.__module__``, those in functions inside only one level down: what a decorator returns runs later."""
    todo: list[tuple[ast.AST, bool]] = [(statement, nested) for statement in body]
    while todo:
        node, deeper = todo.pop()
        if isinstance(node, FUNCTIONS):
            todo += [(child, False) for child in node.body] if deeper else []
        elif _is_copy(node):
            continue
        elif isinstance(node, ast.Attribute) and node.attr == "__module__" and isinstance(node.ctx, ast.Load):
            yield node
        else:
            todo += [(child, deeper) for child in ast.iter_child_nodes(node)]


def _is_copy(node: ast.AST) -> bool:
    """``wrapper.__module__ = function.__module__``, or without ``wrapper.`` in the body of a class."""
    return isinstance(node, ast.Assign) and any(
        getattr(t, "attr", getattr(t, "id", "")) == "__module__" for t in node.targets
    )


def _reads(facts: Facts) -> Iterator[tuple[Place, bool]]:
    """Where modules that know the source read ``__module__``, and whether they compare it with a module's name."""
    last = facts.world.names.dotted(facts.move.source).rpartition(".")[2]
    knowing = facts.world.tree.code_with([last]) | {facts.move.source}
    for module in facts.world.modules_mentioning("__module__", among=knowing):
        nodes = module.source.nodes
        copies = {id(n) for c in nodes.of(ast.Assign) if _is_copy(c) for n in ast.walk(c)}
        compared = {id(n): c for c in nodes.of(ast.Compare) for n in ast.walk(c)}
        for node in nodes.of(ast.Attribute):
            if node.attr == "__module__" and id(node) not in copies:
                if isinstance(node.ctx, ast.Load):
                    yield module.source.place(node), _names_source(facts, module, compared.get(id(node)))


def _names_source(facts: Facts, module: Module, comparison: ast.Compare | None) -> bool:
    """Does a comparison speak of the source: by its ``__name__``, or by its name as text?"""
    dotted = facts.world.names.dotted(facts.move.source)
    for node in ast.walk(comparison) if comparison is not None else ():
        if isinstance(node, ast.Name) and node.id == "__name__" and module.path == facts.move.source:
            return True
        if isinstance(node, ast.Attribute) and node.attr == "__name__" and chain_of(node.value):
            if module.path != facts.move.source:
                return True
        if isinstance(node, ast.Constant) and node.value == dotted:
            return True
    return False
