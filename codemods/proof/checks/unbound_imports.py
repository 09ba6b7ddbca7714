"""An import of a name that its module binds on some ways only fails on the others; reading it there may never happen.

``if brotli is not None: class Brotli: ...`` is read by a function that asks first. A function that left the module
imports it before it asks.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile

from codemods.model import Check, Finding, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.definite import certain_names
from codemods.proof.snapshot.symbols import SymbolTable, flat

SAYS = "what a new import names is bound on every path through its module"
CODE = "maybe-unbound"
_HANDLED = ("ImportError", "Exception", "BaseException")


def check(comparison: Comparison) -> Check:
    certain: dict[str, frozenset[str]] = {}
    sources = _sources(comparison)
    failures: list[Finding] = []
    count = 0
    for path in comparison.changed:
        after = comparison.after.symbols(path)
        read_anyway = frozenset(_read_anyway(after))
        brought = frozenset(_brought(comparison, path))
        guards = {id(node): tests for node, tests in _guarded(after.body if after is not None else ())}
        for node, target, name in _new_imports(comparison, path):
            count += 1
            if id(node) in read_anyway or (id(node), name) in brought:
                continue
            tests = guards.get(id(node), ())
            if target not in certain:
                symbols = comparison.after.symbols(target)
                certain[target] = certain_names(symbols.body if symbols is not None else [])
            if name not in certain[target] and not any(
                _had(comparison, old, target, name, tests) for old in sources[path]
            ):
                text = f"`{name}` is not bound on every path through {target}: this import of it may fail"
                failures.append(Finding(Place(path, node.lineno), text, CODE, cause=f"{target} {name}"))
    return Check("maybe unbound", SAYS, count, tuple(failures))


def _sources(comparison: Comparison) -> defaultdict[str, set[str]]:
    """The modules that the code of each came from."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pair in comparison.pairing.pairs:
        if pair.moved:
            found[pair.new.path].add(pair.old.path)
    return found


def _brought(comparison: Comparison, path: str) -> Iterator[tuple[int, str]]:
    """(an import, a name) inside of functions that moved, and imported it there before."""
    before, after = comparison.before, comparison.after
    for pair in comparison.pairing.pairs:
        if not pair.moved or pair.edited or pair.new.path != path:
            continue
        old = pair.old.path
        had = {
            (before.find(before.absolute(old, n), old), alias.name)
            for n in pair.old.reading.inner
            if isinstance(n, ast.ImportFrom)
            for alias in n.names
        }
        for node in pair.new.reading.inner:
            target = after.find(after.absolute(path, node), path) if isinstance(node, ast.ImportFrom) else None
            yield from ((id(node), alias.name) for alias in node.names if (target, alias.name) in had)


def _had(comparison: Comparison, path: str, target: str, name: str, tests: tuple[str, ...]) -> bool:
    """Did a module fail to be imported where the name was not bound, whenever these tests held?"""
    symbols = comparison.before.symbols(path)
    tops = [n for n, had in _guarded(symbols.body if symbols is not None else ()) if had in ((), tests)]
    named = (n for n in tops if any(alias.name == name for alias in n.names))
    return any(comparison.before.find(comparison.before.absolute(path, n), path) == target for n in named)


def _guarded(body: Iterable[ast.stmt], tests: tuple[str, ...] = ()) -> Iterator[tuple[ast.ImportFrom, tuple[str, ...]]]:
    """(an import of a module, the tests that must hold for it to run)."""
    for node in body:
        if isinstance(node, ast.ImportFrom):
            yield node, tests
        elif isinstance(node, ast.If):
            yield from _guarded(node.body, (*tests, ast.dump(node.test)))
            yield from _guarded(node.orelse, (*tests, f"not {ast.dump(node.test)}"))


def _new_imports(comparison: Comparison, path: str) -> Iterator[tuple[ast.ImportFrom, str, str]]:
    """(the statement, the module of the tree, a name that it binds itself) for imports that the file did not have."""
    after, symbols = comparison.after, comparison.after.symbols(path)
    before = comparison.before.symbols(path)
    had = {a.name for n in before.source.nodes.of(ast.ImportFrom) for a in n.names} if before is not None else set()
    if symbols is None:
        return
    handled = {id(n) for n in symbols.source.nodes.of(ast.Try) if _handles(n) for s in n.body for n in ast.walk(s)}
    typed = {id(node) for node, typing in flat(symbols.body) if typing}
    for node in symbols.source.nodes.of(ast.ImportFrom):
        if id(node) in typed:
            continue
        target = after.find(after.absolute(path, node), path) if id(node) not in handled else None
        there = after.symbols(target) if target is not None else None
        for alias in node.names if there is not None else ():
            bound = there.binds.get(alias.name, ()) if there is not None else ()
            if target and alias.name not in had and any(not one.typing for one in bound):
                yield node, target, alias.name


def _read_anyway(symbols: SymbolTable | None) -> Iterator[int]:
    """Imports at the head of functions whose first statement reads all that is imported: where a name is not bound, it
    failed before."""
    nodes = symbols.source.nodes if symbols is not None else None
    for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)) if nodes is not None else ():
        head = list(takewhile(_does_nothing, function.body))
        first = function.body[len(head)] if len(head) < len(function.body) else None
        read = set(_evaluated(first)) if isinstance(first, (ast.Assign, ast.Expr, ast.Return)) else set()
        for node in head:
            if isinstance(node, ast.ImportFrom) and read.issuperset(a.asname or a.name for a in node.names):
                yield id(node)


def _does_nothing(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _evaluated(node: ast.AST) -> Iterator[str]:
    """The names that are read when a node is evaluated, whatever comes out of its parts."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            yield name
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
        case ast.BoolOp(values=[first, *_]):
            yield from _evaluated(first)
        case ast.IfExp(test=test):
            yield from _evaluated(test)
        case ast.Compare(left=left, comparators=[second, *_]):
            yield from (*_evaluated(left), *_evaluated(second))
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _evaluated(child)


def _handles(node: ast.Try) -> bool:
    return any(h.type is None or any(word in ast.unparse(h.type) for word in _HANDLED) for h in node.handlers)
