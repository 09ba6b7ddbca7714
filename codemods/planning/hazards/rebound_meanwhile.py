"""A moved function reads a global of the source after others may have rebound it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.bindings import Module, Moment, Reference
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.imports.as_attributes import as_attributes
from codemods.planning.imports.bound_too_late import innermost_function
from codemods.project.meanwhile import Meanwhile, meanwhile

CODE = "rebound-meanwhile"
TITLE = "a moved function reads a global after it may have been rebound"
MEANING = """Where a name stays that functions rebind with `global`, moved code reads it off the module each time. Where
that can't be written, in an f-string for example, a function imports the value when it is called. That is as good as
the global itself as long as nobody rebinds it between the start of the function and the place that reads it: a loop
that waits for a flag would go on for ever, and what a call has just opened would not be there."""
EXAMPLE = """
-- shop/loop.py --
from time import sleep
_stop = False
def stop():
    global _stop
    _stop = True
def stopped():
    return _stop
def run():
    while f"{_stop}" == "False":
        sleep(1)
-- move --
shop/loop.py shop/running.py run
"""
# Calls during which threads, signals and other processes have their turn.
_WAITS = frozenset({"sleep", "wait", "raise_signal", "kill", "select", "poll", "acquire"})
_BUILTINS = frozenset(dir(builtins))


def find(facts: Facts) -> Iterator[Hazard]:
    moving = {s.index for group in facts.moving for s in group.statements}
    attributes = as_attributes(facts) if facts.source.rebound else frozenset[str]()
    for name, by in sorted(facts.source.rebound.items()):
        if name not in facts.read_through_source - attributes or all(s.index in moving for s in by):
            continue
        for group in facts.moving:
            found = (_changed(facts, r) for r in group.references if r.name == name and not r.writes)
            if place := next(filter(None, found), None):
                reason = f"`{group.label}` reads `{name}` of {facts.move.source} after {place}, which may rebind it"
                users = " --with ".join(_users(facts, name))
                yield Hazard(
                    CODE,
                    facts.source.source.place(group.statements[0].node),
                    reason,
                    (
                        f"move what rebinds and reads `{name}` too: --with {users}",
                        f"let `{group.label}` ask a function of {facts.move.source} for `{name}` first",
                    ),
                )


def _users(facts: Facts, name: str) -> list[str]:
    """What stays and binds or reads the name."""
    users = (g for g in facts.staying if name in g.binds or any(r.name == name for r in g.references))
    return list(dict.fromkeys(group.names[0] for group in users if group.names))


def _changed(facts: Facts, reference: Reference) -> str:
    """What may rebind the name before this reads it; empty where nothing does."""
    function = innermost_function(facts.source, reference)
    if reference.moment is not Moment.CALL or function is None:
        return ""
    rebinding = _rebinding(facts.source, reference.name)
    for event in meanwhile(function, reference.node):
        if event.call is None or _may_rebind(event, event.call, function, rebinding):
            return f"line {getattr(event.node, 'lineno', 0)}"
    return ""


def _may_rebind(event: Meanwhile, call: ast.expr, function: ast.AST, rebinding: set[str]) -> bool:
    last = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")
    if last in rebinding | _WAITS:
        return True
    chain = chain_of(call)
    if event.again and event.polls:
        return not (len(chain) == 1 and last in _BUILTINS)
    return len(chain) == 1 and isinstance(function, FUNCTIONS) and last in _given(function)


def _given(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Its parameters: who calls it may hand it any function."""
    given = function.args
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _rebinding(module: Module, name: str) -> set[str]:
    """The functions, methods and classes of the source that rebind a name, or call such ones."""
    functions = [n for kind in FUNCTIONS for n in module.source.nodes.of(kind)]
    found = {f.name for f in functions if any(isinstance(n, ast.Global) and name in n.names for n in ast.walk(f))}
    while True:
        more = {f.name for f in functions if f.name not in found and _mentions(f, found)}
        more |= {c.name for c in module.source.nodes.of(ast.ClassDef) if c.name not in found and _starts(c, found)}
        if not more:
            return found
        found |= more


def _mentions(function: ast.AST, names: set[str]) -> bool:
    return any(getattr(n, "id", getattr(n, "attr", "")) in names for n in ast.walk(function))


def _starts(node: ast.ClassDef, names: set[str]) -> bool:
    starting = {"__init__", "__new__", "__call__", "__enter__"} & names
    return any(isinstance(inner, FUNCTIONS) and inner.name in starting for inner in node.body)
