"""Every name in what moved, changed, or could be affected means what it meant, through all import hops."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project.files import CODE
from codemods.project.import_scan import imports
from codemods.proof.checks.annotations import unlike
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.meanings import compared, new_statements, said, unbound
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import flat, is_typing

SAYS = "each name that is read or written, in code, annotations and dotted strings, means what it meant before"
_CONFIGURATION = (".toml", ".cfg", ".ini", ".yaml", ".yml", ".json")
_DOTTED = re.compile(
    r"(?<![\w./:-])[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?|(?<![\w./:-])[^\W\d]\w*:[^\W\d]\w*"
)


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    declared: list[Finding] = []
    count = 0
    for pair in comparison.pairs:
        count += len(pair.old.reading.occurrences)
        failures += compared(comparison, pair)
    for statement in new_statements(comparison):
        count += len(statement.reading.occurrences)
        failures += unbound(comparison, statement)
    for path in (*comparison.changed, *comparison.mentioning):
        failures += _imports(comparison, path)
    for path in comparison.changed:
        failures += _tests(comparison.after, path)
        failures += _deleted(comparison, path)
    failures += _configuration(comparison)
    for finding, matters in unlike(comparison):
        (failures if matters else declared).append(finding)
    return Check("bindings", SAYS, count, tuple(dict.fromkeys(failures)), tuple(dict.fromkeys(declared)))


def _imports(comparison: Comparison, path: str) -> Iterator[Finding]:
    """Every import, at any depth, leads to something that is there."""
    symbols = comparison.after.symbols(path)
    if symbols is None:
        return
    typed = {id(n) for n, typing in flat(symbols.body) if typing}
    old = comparison.before.symbols(path)
    known = {ast.dump(node) for node in old.source.nodes.imports} if old else frozenset[str]()
    for node in symbols.source.nodes.imports:
        if ast.dump(node) in known and not comparison.reach.concerns(node):
            continue
        where = symbols.source.place(node)
        for module in _outside(comparison.after, path, node):
            if not _was_imported(comparison, module):
                message = f"this file now imports `{module}`, a module that no file imported before"
                yield Finding(where, message, "missing-module", Kind.OTHER, cause=f"module {module}")
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_missing(comparison, path, alias.name) and not _was_missing(comparison, path, alias.name):
                    yield _no_module(where, alias.name)
            continue
        module = comparison.after.absolute(path, node)
        if module.startswith(".") or _is_missing(comparison, path, module):
            if not all(comparison.after.find(f"{module}.{a.name}", path) for a in node.names) and not _was_missing(
                comparison, path, module
            ):
                yield _no_module(where, module)
            continue
        for alias in node.names:
            if alias.name == "*" or comparison.after.imported(path, module, alias.name, id(node) in typed):
                continue
            if not _was_so(comparison, module, alias.name, path):
                message, target = f"{alias.name} can't be imported from {module}", comparison.after.find(module, path)
                cause = f"unreadable {target}" if target in comparison.unreadable else f"{module}:{alias.name}"
                yield Finding(where, message, "missing-name", cause=cause)


def _named(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] * (not node.level)


def _outside(snapshot: Snapshot, path: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The libraries that an import names: what is no module of the tree, and no folder of it without ``__init__``."""
    for module in _named(node):
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names and not (snapshot.find(module, path) or snapshot.find(top, path)):
            if not any(f"/{other}".rpartition(f"/{top}/")[1] for other in snapshot.tree.paths):
                yield top


def _was_imported(comparison: Comparison, library: str) -> bool:
    """Did a changed file import it, as where code comes from did, or any other? Only that is a search of the tree."""
    for symbols in filter(None, map(comparison.before.symbols, comparison.changed)):
        if any(m.partition(".")[0] == library for node in symbols.source.nodes.imports for m in _named(node)):
            return True
    files = (path for path in comparison.old.code_with([library]) if path.endswith(CODE))
    return any(one.module.partition(".")[0] == library for path in files for one in imports(comparison.old.peek(path)))


def _deleted(comparison: Comparison, path: str) -> Iterator[Finding]:
    """What a module deletes is there to be deleted."""
    symbols, old = comparison.after.symbols(path), comparison.before.symbols(path)
    if symbols is None or symbols.stars:
        return
    for target in (t for node in symbols.body if isinstance(node, ast.Delete) for t in node.targets):
        if not isinstance(target, ast.Name) or symbols.ways(target.id, False):
            continue
        if not old or old.ways(target.id, False):
            place = symbols.source.place(target)
            yield Finding(place, f"{target.id} is deleted here, and bound nowhere", "missing-name")


def _no_module(where: Place, module: str) -> Finding:
    return Finding(where, f"there is no module {module}", "missing-module", cause=f"module {module}")


def _tests(snapshot: Snapshot, path: str) -> Iterator[Finding]:
    """What is imported for type checkers stands below a test that is read at run time."""
    symbols = snapshot.symbols(path)
    for node in symbols.body if symbols is not None else ():
        if isinstance(node, ast.If) and is_typing(node.test) and not all_bound(snapshot, path, node.test):
            yield Finding(Place(path, node.lineno), f"{ast.unparse(node.test)} is bound nowhere", "unbound-name")


def all_bound(snapshot: Snapshot, path: str, expression: ast.expr) -> bool:
    """Is everything bound at run time that an expression of a module names?"""
    return all(snapshot.origins(path, node.id) for node in ast.walk(expression) if isinstance(node, ast.Name))


def _is_missing(comparison: Comparison, path: str, module: str) -> bool:
    """Should a module stand in the tree, and doesn't: one of a package of the tree, or one that is gone?"""
    snapshot = comparison.after
    if snapshot.find(module, path):
        return False
    parts = module.split(".")
    above = [snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts))]
    return any(above) or (comparison.before.find(parts[0], path) is not None and snapshot.find(parts[0], path) is None)


def _was_missing(comparison: Comparison, path: str, module: str) -> bool:
    """Was the same module, which is none of the tree's text files, imported before?"""
    old = comparison.before
    return any(module in old.imports(p) for p in {*comparison.changed, path}) and not old.find(module, path)


def _was_so(comparison: Comparison, module: str, name: str, path: str) -> bool:
    """Did the same import stand in the code that changed, and led nowhere then either?"""
    before = comparison.before
    if before.find(module, path) is None or before.imported(path, module, name):
        return False
    return any(
        isinstance(node, ast.ImportFrom)
        and any(alias.name == name for alias in node.names)
        and before.absolute(old, node) == module
        for old in {*comparison.changed, path}
        if (symbols := before.symbols(old)) is not None
        for node in symbols.source.nodes.imports
    )


def _configuration(comparison: Comparison) -> Iterator[Finding]:
    """Dotted paths in configuration, such as entry points, lead where they led."""
    names = {name for _, name in comparison.renamed}
    for path in sorted(comparison.old.paths | comparison.new.paths):
        if not path.endswith(_CONFIGURATION):
            continue
        old, new = (snapshot.bytes(path) for snapshot in (comparison.before, comparison.after))
        if old is None or new is None or (old == new and not any(name.encode() in new for name in names)):
            continue
        before, after = old.decode(errors="replace"), new.decode(errors="replace")
        if _DOTTED.sub("§", before) == _DOTTED.sub("§", after):
            yield from _paths_in(comparison, path, before, after)
        else:
            yield from _dead_paths(comparison, path, before, after)


def _paths_in(comparison: Comparison, path: str, before: str, after: str) -> Iterator[Finding]:
    """Of a text in which nothing but dotted paths changed."""
    for one, two in zip(_DOTTED.finditer(before), _DOTTED.finditer(after), strict=True):
        was, _, known = comparison.before.written(path, one.group())
        now, _, _ = comparison.after.written(path, two.group())
        if not was and one.group() == two.group():  # it named nothing: a group of entry points, say
            continue
        if known and comparison.mapped(was) != now:
            where = Place(path, _line(after, two.start()))
            message = f"{two.group()}: it was {said(was)}, and is {said(now)}"
            kind = Kind.OTHER if now or not was else Kind.BROKEN
            yield Finding(where, message, "configured-path", kind, Place(path, _line(before, one.start())))


def _dead_paths(comparison: Comparison, path: str, before: str, after: str) -> Iterator[Finding]:
    """Paths that led to a definition of the tree, stand in the text as before, and lead nowhere."""
    known = {found.group() for found in _DOTTED.finditer(before)}
    for found in _DOTTED.finditer(after):
        was, cell, _ = comparison.before.written(path, found.group())
        if found.group() in known and was and cell and not comparison.after.written(path, found.group())[0]:
            message = f"{found.group()}: it was {said(was)}, and is bound nowhere"
            yield Finding(Place(path, _line(after, found.start())), message, "configured-path")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
