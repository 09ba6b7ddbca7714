"""Who reads a name off the source, as an attribute, while the source is still being executed.

A lazy name is found by the ``__getattr__`` at the end of the module, which is not there yet.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache

from codemods.bindings import Module, Moment, Statement
from codemods.model import Place
from codemods.planning.index.import_graph import ImportGraph
from codemods.planning.settled import Settled
from codemods.project import Unreadable


def reached_while_partial(facts: Settled) -> Iterator[tuple[str, str]]:
    """(a moved name, why the source has to bind it): `class Bill(shop.Base)` in a module that `shop` imports."""
    graph, source = ImportGraph(facts.project), facts.move.source
    # Many places stand in one file.
    loads = cache(lambda path: graph.loads(source, path))
    running = cache(lambda path: _run_at_import(facts.project.module(path)))
    held = _held(facts)
    for name in sorted(facts.moved_names):
        asked = (look.place for look in facts.referrers.looks if look.texts and look.finds(name))
        for place in (*facts.referrers.chained.get(name, ()), *held.get(name, ()), *asked):
            if place.path != source and _at_import_time(facts, place, running) and loads(place.path):
                yield name, f"{place} reads it off the module, which imports {place.path}"
                break


def _held(facts: Settled) -> dict[str, list[Place]]:
    """Where a moved name is read off the module that a call or a table gives: ``sys.modules["shop.orders"].Price``."""
    found: dict[str, list[Place]] = {}
    values = facts.referrers.values
    for module in values.files.values():
        for node in module.source.nodes.of(ast.Attribute):
            given = isinstance(node.value, (ast.Call, ast.Subscript)) and node.attr in facts.moved_names
            if given and values.holds(module, node.value):
                found.setdefault(node.attr, []).append(module.source.place(node))
    return found


def _at_import_time(facts: Settled, place: Place, running: Callable[[str], frozenset[int]]) -> bool:
    """Is a place reached while its module is imported, perhaps by functions that the module calls?"""
    try:
        module: Module = facts.project.module(place.path)
    except (Unreadable, OSError):
        return False
    here = [s for s in module.statements if s.node.lineno <= place.line <= (s.node.end_lineno or place.line)]
    at_once = (r for s in here for r in s.references if r.moment is Moment.IMPORT)
    if any(getattr(r.node, "lineno", 0) == place.line for r in at_once):
        return True
    return any(statement.index in running(place.path) for statement in here)


def _run_at_import(module: Module) -> frozenset[int]:
    """The statements whose functions may run while the module is imported: what it names then, and what these name."""
    by_name = {name: s for s in module.statements if not s.is_import for name in s.binds}
    todo: list[Statement] = []
    for statement in module.statements:
        names = {r.name for r in statement.references if r.moment is Moment.IMPORT and not r.writes}
        todo += (by_name[name] for name in sorted(names & by_name.keys()))
    found: set[int] = set()
    while todo:
        statement = todo.pop()
        if statement.index not in found:
            found.add(statement.index)
            todo += (by_name[name] for name in sorted({r.name for r in statement.references} & by_name.keys()))
    return frozenset(found)
