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
from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name
from codemods.project.scripts import started, started_as_module
from codemods.project.test_commands import commands_of

_RUNNING = ("testmod", "DocTestSuite")
_IMPORTING = ("find",)  # of DocTestFinder()


@dataclass(frozen=True)
class Runner:
    """A place that runs them; ``known``: somebody is seen to start it. ``edit``: the line that runs those of a new
    module as well."""

    place: Place
    known: bool = True
    edit: Replacement | None = None


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
                edit = _beside(module, calls[0], new) if len(calls) == 1 and facts.destination is None else None
                yield Runner(module.source.place(calls[0]), edit=edit)
            elif last not in module.source.text and (any_of := _runs_any(facts, module)) is not None:
                yield Runner(module.source.place(any_of))


def suites_written(facts: Facts) -> Iterator[tuple[str, Replacement]]:
    """(file, edit) for each suite of examples that gets those of the destination."""
    for one in example_runners(facts) if with_examples(facts) else ():
        if one.edit is not None:
            yield one.place.path, one.edit


def _beside(module: Module, call: ast.Call, new: str) -> Replacement | None:
    """``suite.addTests(DocTestSuite("shop.new"))`` below the line that does so with the source, where that is one
    line of a function; a suite takes a module by its name."""
    source, parents = module.source, module.source.nodes.parents
    if (listed := _listed(module, call)) is not None:
        end = source.end(listed.elts[-1])
        return Replacement(end, end, f', "{new}"', f"runs the examples of {new}")
    node: ast.AST = call
    while not isinstance(node, ast.stmt):
        node = parents[id(node)]
    if not isinstance(parents.get(id(node)), FUNCTIONS):
        return None
    line = source.line(node.lineno)
    alone = node.lineno == node.end_lineno and line.strip() == source.text[source.start(node) : source.end(node)]
    if last_name(call.func) != "DocTestSuite" or not isinstance(node, ast.Expr) or not alone:
        return None
    given, start, end = call.args[0], source.start(node), source.end(node)
    written = source.text[source.start(given) : source.end(given)]
    quote = written[0] if written[0] in "\"'" else '"'
    text = source.text[start : source.start(given)] + f"{quote}{new}{quote}" + source.text[source.end(given) : end]
    indent = line[: len(line) - len(line.lstrip())]
    return Replacement(end, end, f"{source.newline}{indent}{text}", f"runs the examples of {new}")


def _listed(module: Module, call: ast.Call) -> ast.Tuple | ast.List | None:
    """The modules of ``for module in (orders, people): suite.addTest(DocTestSuite(module))``, where nothing else asks
    for the module."""
    given, above = call.args[0], module.source.nodes.parents.get(id(call))
    while above is not None and not isinstance(above, ast.For):
        above = module.source.nodes.parents.get(id(above))
    if above is None or last_name(call.func) != "DocTestSuite" or not isinstance(given, ast.Name):
        return None
    same = [n for n in ast.walk(above) if isinstance(n, ast.Name) and n.id == given.id]
    alone = len(above.body) == 1 and not above.orelse and same == [above.target, given]
    over = above.iter
    return over if alone and isinstance(over, (ast.Tuple, ast.List)) and len(over.elts) > 1 else None


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


def _runs_any(facts: Facts, module: Module) -> ast.Call | None:
    """``for module in (orders, people): doctest.testmod(module)``. Who counts examples misses them where none is
    left in the source."""
    staying = [s.node for group in facts.staying for s in group.statements]
    left = [facts.source.source.tree, *(i for node in staying for i in ast.walk(node))]
    if any(">>>" in _text(node) for node in left):
        return None
    calls = (n for n in module.source.nodes.of(ast.Call) if last_name(n.func) in _RUNNING and n.args)
    found = next((n for n in calls if isinstance(n.args[0], ast.Name) and n.args[0].id not in module.binds), None)
    holds = facts.referrers.values.holds
    return found if found and any(holds(module, n) for n in module.source.nodes.of(ast.Name)) else None


def _text(node: ast.AST) -> str:
    """The docstring of a module too."""
    return ast.get_docstring(node, clean=False) or "" if isinstance(node, ast.Module) else _doc(node)


def _doc(node: ast.AST) -> str:
    return ast.get_docstring(node, clean=False) or "" if isinstance(node, (ast.ClassDef, *FUNCTIONS)) else ""
