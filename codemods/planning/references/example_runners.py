"""Who runs the examples (`>>>`) of the source and of no other module: doctest takes those that a module defines itself,
none that it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.bindings import Module
from codemods.bindings.guards import is_main_guard
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name
from codemods.project.scripts import started, started_as_module
from codemods.project.test_commands import commands_of

_RUNNING = ("testmod", "DocTestSuite")
_IMPORTING = ("find",)  # of DocTestFinder()


@dataclass(frozen=True)
class Runner:
    """A place that runs them; ``known``: somebody is seen to start it."""

    place: Place
    known: bool = True


def with_examples(facts: Facts) -> list[str]:
    """The moved definitions that have examples."""
    nodes = [s.node for group in facts.moving for s in group.statements]
    documented = (n for n in nodes if isinstance(n, (ast.ClassDef, *FUNCTIONS)))
    kinds = (ast.ClassDef, *FUNCTIONS)
    return [n.name for n in documented if any(">>>" in _doc(i) for i in ast.walk(n) if isinstance(i, kinds))]


def example_runners(facts: Facts) -> Iterator[Runner]:
    """Each place that runs the examples of the source, and does not speak of the destination."""
    move, dotted = facts.move, facts.project.names.dotted
    old, new = dotted(move.source), dotted(move.destination)
    for path, line, text in commands_of(facts.project.tree, move.source, old):
        if "doctest" in text and move.destination not in text and new not in text.split():
            yield Runner(Place(path, line))
    yield from _of_itself(facts, old)
    last = new.rpartition(".")[2]
    for module in facts.referrers.values.files.values():
        if module.path != move.source and any(word in module.source.text for word in ("testmod", "DocTest")):
            calls = [n for n in module.source.nodes.of(ast.Call) if _runs(facts, module, n)]
            if calls and last not in module.source.text:
                yield Runner(module.source.place(calls[0]))


def _of_itself(facts: Facts, dotted: str) -> Iterator[Runner]:
    """``doctest.testmod()`` in the source: below its main guard it is for who starts the file."""
    moving = {id(s.node) for group in facts.moving for s in group.statements}
    for node in facts.source.source.tree.body:
        calls = (n for n in ast.walk(node) if isinstance(n, ast.Call) and last_name(n.func) == "testmod" and not n.args)
        call = next(calls, None) if id(node) not in moving else None
        if call is not None:
            tree, guarded = facts.project.tree, is_main_guard(node)
            starts = started(tree, facts.move.source) or started_as_module(tree, dotted)
            yield Runner(facts.source.source.place(call), starts is not None or not guarded)


def _runs(facts: Facts, module: Module, call: ast.Call) -> bool:
    called, values = last_name(call.func), facts.referrers.values
    finds = called in _IMPORTING and isinstance(call.func, ast.Attribute) and "Finder" in ast.unparse(call.func.value)
    if not call.args or not (called in _RUNNING or finds):
        return False
    return values.holds(module, call.args[0]) or values.is_named(module, call.args[0])


def _doc(node: ast.AST) -> str:
    return ast.get_docstring(node, clean=False) or "" if isinstance(node, (ast.ClassDef, *FUNCTIONS)) else ""
