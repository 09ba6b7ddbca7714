"""Every name in what moved, changed, or could be affected means what it meant, through all import hops."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from codemods.frameworks import resolves_by_itself, words_of_resolvers
from codemods.model import Check, Finding, Kind, Place
from codemods.project.files import CODE
from codemods.project.import_scan import imports
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.meanings import compared, new_statements, said, unbound
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import flat, is_typing

SAYS = "each name that is read or written, in code, annotations and dotted strings, means what it meant before"
_CONFIGURATION = (".toml", ".cfg", ".ini", ".yaml", ".yml", ".json")
_DOTTED = re.compile(
    r"(?<![\w./:-])[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?|(?<![\w./:-])[^\W\d]\w*:[^\W\d]\w*"
)
# What reads annotations while the program runs.
_ASKS_ANNOTATIONS = re.compile(
    rb"get_type_hints|get_annotations|__annotations__|pydantic|fastapi|inspect\.signature|attrs?\.resolve"
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
    for finding, matters in (*_annotations(comparison), *_hints(comparison)):
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
        if isinstance(target, ast.Name) and target.id not in symbols.binds and (not old or target.id in old.binds):
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


def _annotations(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(annotations that were objects and are text now, or the other way round; whether somebody could see it)."""
    asked: bool | None = None
    for pair in comparison.pairing.pairs:
        old, new = pair.old.reader.symbols.postponed, pair.new.reader.symbols.postponed
        if old == new or not pair.old.reading.annotated:
            continue
        if asked is None:
            asked = any(
                _asks(comparison, path)
                for path in {pair.old.path, pair.new.path, *comparison.changed, *comparison.mentioning}
            )
        now = "text" if new else "objects"
        message = f"the annotations of {pair.new.said} are {now} now"
        yield Finding(pair.new.place, message, "annotations", Kind.NOTE, pair.old.place, "annotations"), asked


def _hints(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(a name in annotations that can't be found any more when the program asks for it; whether that matters)."""
    resolved: bool | None = None
    for pair in comparison.pairs:
        old, new = pair.old.reading.occurrences, pair.new.reading.occurrences
        lost = [
            (before, after)
            for before, after in (zip(old, new, strict=False) if not pair.edited else ())
            if before.live and not after.live and before.moment == after.moment == "typing"
        ]
        if lost and not _is_only_called(comparison.after, pair.new.node) and not _is_a_bound(comparison, pair.new.node):
            for before, after in lost:
                resolved = _is_resolved(comparison) if resolved is None else resolved
                here = _resolve(comparison, {pair.old.path, pair.new.path})
                asked = resolved or here
                message = f"{pair.new.said} names {after.text} in an annotation, which only type checkers can find now"
                where, was = Place(pair.new.path, after.line), Place(pair.old.path, before.line)
                kind = Kind.BROKEN if here else Kind.OTHER if asked and not pair.moved else Kind.NOTE
                cause = f"unbound {said(before.meaning)}"
                yield Finding(where, message, "unresolved-hint", kind, was, cause), asked


def _is_only_called(side: Snapshot, node: ast.stmt) -> bool:
    """Is a private function called by its name wherever the tree names it, so that nobody has it to ask for hints?"""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
        return False
    name = node.name
    if not name.startswith("_") or name.startswith("__"):
        return False
    for path in side.tree.code_with([name]):
        symbols = side.symbols(path)
        if symbols is None:
            return False
        nodes = symbols.source.nodes
        called = {id(call.func) for call in nodes.of(ast.Call)}
        uses = [n for n in nodes.of(ast.Name) if n.id == name] + [n for n in nodes.of(ast.Attribute) if n.attr == name]
        texts = any(n.value == name for n in nodes.of(ast.Constant))
        if texts or any(id(use) not in called for use in uses):
            return False
    return True


def _is_a_bound(comparison: Comparison, node: ast.stmt) -> bool:
    """Is it the bound of a type variable, which no resolver of annotations goes into, and no code asks for?"""
    value = getattr(node, "value", None)
    name = getattr(value.func, "attr", getattr(value.func, "id", "")) if isinstance(value, ast.Call) else ""
    return name == "TypeVar" and not comparison.new.code_with(["__bound__", "__constraints__"])


def _is_resolved(comparison: Comparison) -> bool:
    """Does code of the new tree make objects of whatever annotations it is given?"""
    snapshot = comparison.after
    return resolves_by_itself(comparison.new, lambda path: (snapshot.bytes(path) or b"").decode("utf-8", "replace"))


def _resolve(comparison: Comparison, paths: set[str]) -> bool:
    """Is one of these files on speaking terms with a framework that resolves annotations?"""
    sources = (symbols.source for path in paths if (symbols := comparison.after.symbols(path)) is not None)
    return any(words_of_resolvers(comparison.new, source.text, source.tree) for source in sources)


def _asks(comparison: Comparison, path: str, words: re.Pattern[bytes] = _ASKS_ANNOTATIONS) -> bool:
    return bool(words.search(comparison.after.bytes(path) or b""))
