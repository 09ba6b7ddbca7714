"""What stood above a statement that needs it, and stands below it now.

The simulation of imports follows what certainly runs. This looks at what may run: a handler, a branch, functions that
the statement names. Nobody has a reason to bind such a name further down than before; or to let what a module does
change places with what else it does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from codemods.model import Finding
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import names_bound
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import flat
from codemods.proof.statements.pairing import statements
from codemods.proof.statements.statement import Pair, Statement

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DOING = (ast.Expr, ast.Assert, ast.AugAssign, ast.Delete, ast.For, ast.While, ast.With, ast.Try, ast.If)


def bound_below(comparison: Comparison) -> Iterator[Finding]:
    old, new = _Bindings(comparison.before), _Bindings(comparison.after)
    yield from _changed_places(comparison)
    for pair in comparison.pairing.pairs:
        here = pair.new
        last = here.node.end_lineno or here.node.lineno
        if _lists_names(here.node):
            above = {name for name, line in new.lines(here.path).items() if line < here.node.lineno}
            early = {name for name, line in old.lines(pair.old.path).items() if line > pair.old.node.lineno} & above
            for name in sorted(early):
                message = (
                    f"{here.said} lists the names of its module, and {name}, which stood below it, is bound by then"
                )
                yield Finding(here.place, message, "effect-order", before=pair.old.place)
        below = {name for name, line in new.lines(here.path).items() if line > last}
        for name in sorted(below & new.may_read(here)) if below else ():
            line = old.lines(pair.old.path).get(name)
            if line is not None and line < pair.old.node.lineno:
                message = (
                    f"{here.said} may read {name}, which is bound below it now, in line {new.lines(here.path)[name]}"
                )
                yield Finding(here.place, message, "import-fails", before=pair.old.place)


def _lists_names(node: ast.AST) -> bool:
    """``globals()``, ``dir()``, ``vars()`` or ``locals()`` of the module, when the statement runs; one name out of it,
    or more in it, is no list."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    match node:
        case ast.Call(func=ast.Name(id="globals" | "dir" | "vars" | "locals"), args=[]):
            return True
        case ast.Subscript(value=ast.Call(args=[]), slice=inner):
            return _lists_names(inner)
        case ast.Call(func=ast.Attribute(value=ast.Call(args=[]), attr="get" | "pop" | "setdefault" | "update")):
            return any(map(_lists_names, node.args))
        case ast.Call(func=ast.Name(id="eval" | "exec")):
            return False
        case _:
            return any(map(_lists_names, ast.iter_child_nodes(node)))


def _changed_places(comparison: Comparison) -> Iterator[Finding]:
    """Statements that do something, and that run before what stood above them, definitions aside."""
    stayed: dict[str, list[Pair]] = {}
    for pair in comparison.pairing.pairs:
        if pair.new.path == comparison.home(pair.old.path) and not isinstance(pair.old.node, _DEFINITIONS):
            stayed.setdefault(pair.new.path, []).append(pair)
    for pairs in stayed.values():
        last = doing = -1
        for pair in sorted(pairs, key=lambda pair: pair.old.index):
            does = isinstance(pair.old.node, _DOING) and not pair.old.docstring
            if pair.new.index < (last if does else doing):
                message = f"{pair.new.said} runs before what stood above it"
                yield Finding(pair.new.place, message, "load-order", before=pair.old.place)
            last = max(last, pair.new.index)
            doing = max(doing, pair.new.index) if does else doing


class _Bindings:
    """Where the modules of a tree first bind each name, and which names their statements may read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._lines: dict[str, dict[str, int]] = {}
        self._defined: dict[str, dict[str, list[Statement]]] = {}

    def lines(self, path: str) -> Mapping[str, int]:
        """Names, with the line in which they are bound first, for the program."""
        if path not in self._lines:
            symbols = self._snapshot.symbols(path)
            self._lines[path] = found = {}
            for node, typing in flat(symbols.body) if symbols is not None else ():
                for name in () if typing else names_bound(self._snapshot, path, node):
                    found.setdefault(name, node.lineno)
        return self._lines[path]

    def may_read(self, start: Statement) -> frozenset[str]:
        """What runs when it is executed, and what the functions name that it names."""
        found = _named(start, "import")
        todo, seen = [*found & {*_called(start.node)}], {start.index}
        while todo:
            for statement in self._defining(start.path).get(todo.pop(), ()):
                if statement.index not in seen:
                    seen.add(statement.index)
                    more = _named(statement, "call") - found
                    found |= more
                    todo += more
        return found

    def _defining(self, path: str) -> Mapping[str, list[Statement]]:
        if path not in self._defined:
            found = self._defined[path] = {}
            for statement in statements(self._snapshot, path):
                if isinstance(statement.node, _DEFINITIONS):
                    found.setdefault(statement.node.name, []).append(statement)
        return self._defined[path]


def _named(statement: Statement, moment: str) -> frozenset[str]:
    if isinstance(statement.node, ast.Delete):
        return frozenset(n.id for target in statement.node.targets for n in ast.walk(target) if isinstance(n, ast.Name))
    cells = (cell for o in statement.reading.occurrences if o.moment == moment and not o.own for cell in o.cells)
    return frozenset(name for path, name in cells if path == statement.path)


def _called(node: ast.AST) -> Iterator[str]:
    """Names that a statement calls, decorates with, or gives to what it calls, when it runs; others it only keeps."""
    if isinstance(node, ast.Lambda):
        return
    ran: list[ast.expr] = [*getattr(node, "decorator_list", ())]
    if isinstance(node, ast.ClassDef):
        ran += [keyword.value for keyword in node.keywords]
    elif isinstance(node, ast.Call):
        ran += [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
    yield from (part.id for part in ran if isinstance(part, ast.Name))
    defines = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    for inner in ran if defines else ast.iter_child_nodes(node):
        yield from _called(inner)
