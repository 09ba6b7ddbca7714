"""A value that moved code imports inside of a function, and of which it should have heard that it was rebound.

``while not stopped`` looked at the global each time; an import at the start of the function looks once. Between the
two nobody may rebind the name.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.meanwhile import Meanwhile, meanwhile
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Pair

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WAITING = ("sleep", "wait", "poll", "select", "kill", "raise_signal", "acquire")


def kept(comparison: Comparison) -> Iterator[Finding]:
    """Each place that reads such a name later than it is imported, with something between that may rebind it."""
    for pair in comparison.pairs:
        if pair.moved:
            yield from _deleted(comparison, pair)
            for function in ast.walk(pair.new.node):
                if isinstance(function, _FUNCTIONS):
                    yield from _of_function(comparison, pair, function)


def _deleted(comparison: Comparison, pair: Pair) -> Iterator[Finding]:
    """What functions look up in their module when they are called, and that takes away at its end."""
    symbols = comparison.after.symbols(pair.new.path)
    before = comparison.before.symbols(pair.old.path)
    gone = symbols.deleted - (before.deleted if before is not None else set()) if symbols is not None else set[str]()
    for occurrence in pair.new.reading.occurrences if gone else ():
        if occurrence.moment == "call" and any((pair.new.path, name) in occurrence.cells for name in gone):
            message = f"{pair.new.said} reads {occurrence.text}, which {pair.new.path} deletes"
            yield Finding(Place(pair.new.path, occurrence.line), message, "unbound-name", Kind.BROKEN, pair.old.place)


def _of_function(
    comparison: Comparison, pair: Pair, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Finding]:
    old = {ast.dump(node) for node in pair.old.reading.inner}
    for node in function.body:
        if not isinstance(node, ast.ImportFrom) or ast.dump(node) in old:
            continue
        for name, bound in comparison.after.bound_by(pair.new.path, node, False):
            for path, original in comparison.after.imported(pair.new.path, bound.module, bound.attribute):
                symbols = comparison.after.symbols(path) if path else None
                rebinding = _rebinding(symbols, original) if symbols is not None else set[str]()
                reads = (n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name)
                if rebinding and any(_is_late(function, read, rebinding) for read in reads):
                    message = f"{pair.new.said} imports {name} of {path} once, and reads it after that may be rebound"
                    yield Finding(pair.new.place, message, "patch-target", Kind.BROKEN, pair.old.place)


def _is_late(function: ast.FunctionDef | ast.AsyncFunctionDef, read: ast.Name, rebinding: set[str]) -> bool:
    return any(_rebinds(event, function, rebinding) for event in meanwhile(function, read))


def _rebinds(event: Meanwhile, function: ast.FunctionDef | ast.AsyncFunctionDef, rebinding: set[str]) -> bool:
    if event.call is None:
        return True
    name = last_name(event.call)
    if name in rebinding or name in _WAITING:
        return True
    plain = isinstance(event.call, ast.Name)
    if event.polls:
        return not (plain and hasattr(builtins, name))
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return plain and name in {argument.arg for argument in arguments}


def _rebinding(symbols: SymbolTable, name: str) -> set[str]:
    """The functions of a module that bind a name by ``global``, and whatever calls them there."""
    functions = [n for kind in _FUNCTIONS for n in symbols.source.nodes.of(kind)]
    within = {id(f): list(ast.walk(f)) for f in functions}
    found = {f.name for f in functions if any(isinstance(n, ast.Global) and name in n.names for n in within[id(f)])}
    while found:
        more = {
            f.name for f in functions if any(last_name(n) in found for n in within[id(f)] if isinstance(n, ast.expr))
        } - found
        for node in symbols.source.nodes.of(ast.ClassDef):
            more |= {node.name} - found if {getattr(n, "name", "") for n in node.body} & found else set()
        if not more:
            break
        found |= more
    return found
