"""Nothing is lost, added or altered but imports and the ways in which things are named."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.checks.comments import comments
from codemods.proof.checks.guarded_imports import guarded_imports
from codemods.proof.checks.layout import layout
from codemods.proof.checks.type_variables import is_type_variable_again
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origins, logger_name
from codemods.proof.statements.pairing import Pair, Statement

SAYS = "every statement and comment is still there, once, and is written as before"


def check(comparison: Comparison) -> Check:
    pairing = comparison.pairing
    failures = [*layout(comparison), *_docstrings(comparison)]
    failures += _unmoved(comparison)
    failures += _edits(comparison)
    for pair in comparison.pairs:
        if _rewritten(pair):
            message = f"{pair.new.said}: it is written differently, and says the same"
            failures.append(Finding(pair.new.place, message, "formatting", Kind.STYLE, pair.old.place))
    failures += guarded_imports(comparison)
    failures += _global_imports(comparison)
    failures += _rebound_elsewhere(comparison)
    failures += _new_stars(comparison)
    failures += _dots_lost(comparison)
    failures += comments(comparison)
    return Check("conservation", SAYS, len(pairing.pairs) + len(pairing.gone), tuple(failures))


def _edits(comparison: Comparison) -> Iterator[Finding]:
    """Statements that are not what they were, one by one."""
    pairing = comparison.pairing
    for pair in pairing.pairs:
        if pair.edited:
            yield _edited(pair)
    for pair in pairing.copies:
        if not _is_logger_again(comparison, pair.new) and not is_type_variable_again(comparison, pair.old, pair.new):
            message = f"{pair.new.said}: it stands twice now, also at {_now(comparison, pair.old)}"
            yield Finding(pair.new.place, message, "copied", Kind.EDITED, pair.old.place)
    parts = {id(part) for pair in pairing.parts for part in (pair.old, pair.new)}
    yield from _divided(pairing.parts)
    for statement in pairing.gone:
        if id(statement) not in parts:
            message = f"{statement.said}: this statement is gone"
            yield Finding(statement.place, message, "removed", Kind.OTHER, statement.place)
    for statement in pairing.come:
        if id(statement) not in parts and not _is_logger_again(comparison, statement):
            yield Finding(statement.place, f"{statement.said}: this statement is new", "added", Kind.OTHER)


def _divided(parts: Iterable[Pair]) -> Iterator[Finding]:
    """One for each whole."""
    into: dict[int, list[Pair]] = {}
    for pair in parts:
        into.setdefault(id(pair.old), []).append(pair)
    for first, *others in into.values():
        names = [pair.new.said for pair in (first, *others)]
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        message = f"{first.old.said}: it is, or is part of, {shown} now"
        yield Finding(first.new.place, message, "divided", Kind.EDITED, first.old.place)


def _edited(pair: Pair) -> Finding:
    if pair.renamed:
        was, now = next((old, new) for old, new in pair.names if old != new)
        rest = "" if pair.old.shape == pair.new.shape else ", and edited"
        kind = Kind.EDITED if pair.moved else Kind.OTHER
        return Finding(pair.new.place, f"{now}: it was {was}{rest}", "renamed", kind, pair.old.place)
    if pair.moved:
        return Finding(pair.new.place, f"{pair.new.said}: it is edited", "edited", Kind.EDITED, pair.old.place)
    return Finding(pair.new.place, f"{pair.new.said}: it is edited", "edited-in-place", Kind.OTHER, pair.old.place)


def _now(comparison: Comparison, statement: Statement) -> Place:
    """Where a statement of before is now."""
    return next((p.new.place for p in comparison.pairing.pairs if p.old is statement), statement.place)


def _unmoved(comparison: Comparison) -> Iterator[Finding]:
    """What was to move, and still is where it was."""
    for move in comparison.moves:
        symbols = comparison.after.symbols(move.source)
        for name in move.names:
            if symbols is not None and any(b.defined and not b.value for b in symbols.binds.get(name, ())):
                message = f"{name} was to move to {move.destination}, and is still defined here"
                yield Finding(Place(move.source), message, "not-moved")


def _is_logger_again(comparison: Comparison, statement: Statement) -> bool:
    """Does a new statement get a logger that the old tree has, by its name? That gives the same object."""
    if logger_name(statement.node) is None or len(statement.names) != 1:
        return False
    wanted = [o.meaning for o in statement.reading.occurrences if not o.own]
    return any(
        logger_name(other.node) is not None
        and other.key == statement.key
        and [comparison.mapped(o.meaning) for o in other.reading.occurrences if not o.own] == wanted
        for several in comparison.old_statements.values()
        for other in several
    )


def _rewritten(pair: Pair) -> bool:
    """Is the text another, where neither a name nor an import inside gives a reason?"""
    if pair.edited or pair.old.text == pair.new.said_before:
        return False
    old, new = pair.old.reading, pair.new.reading
    if [o.text for o in old.occurrences] != [o.text for o in new.occurrences]:
        return False
    if new.suites or list(map(ast.dump, old.inner)) != list(map(ast.dump, new.inner)):
        return False
    return _lines(pair.old.text) != _lines(pair.new.said_before)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def _docstrings(comparison: Comparison) -> Iterator[Finding]:
    for path in comparison.changed:
        old, new = (s.get(path, []) for s in (comparison.old_statements, comparison.new_statements))
        if old and old[0].docstring and path in comparison.new.paths:
            if not (new and new[0].docstring and _lines(new[0].said_before) == _lines(old[0].text)):
                message = "the docstring of the module is gone, or altered"
                yield Finding(Place(path, 1), message, "docstring", Kind.STYLE, old[0].place)


def _global_imports(comparison: Comparison) -> Iterator[Finding]:
    """What a function imports under a name that it declares global, it goes on importing."""
    for pair in comparison.pairs:
        if pair.edited or not (declared := pair.old.declared_global):
            continue
        old = {(name, comparison.mapped(origins)) for name, origins in _bound_inside(comparison.before, pair.old)}
        lost = {item for item in old if item[0] in declared} - {*_bound_inside(comparison.after, pair.new)}
        for name, _ in sorted(lost, key=lambda item: item[0]):
            message = f"{pair.new.said} no longer imports {name}, which it declares global"
            yield Finding(pair.new.place, message, "global-import", Kind.BROKEN, pair.old.place)


def _rebound_elsewhere(comparison: Comparison) -> Iterator[Finding]:
    """A function that rebinds a name of its module goes on rebinding that one: an import of it gives the value only."""
    for pair in comparison.pairs:
        symbols = comparison.before.symbols(pair.old.path)
        bound = symbols.binds if symbols is not None else {}
        for name in sorted(pair.old.declared_global & bound.keys()) if pair.moved and not pair.edited else ():
            path, now = comparison.renamed.get((pair.old.path, name), (pair.old.path, name))
            if (path, now) != (pair.new.path, name) and not _binds_off_module(pair, name, (path, now)):
                message = f"{pair.new.said} rebinds {name} of this module now, and not of {path}, where it is read"
                yield Finding(pair.new.place, message, "another-object", Kind.BROKEN, pair.old.place)


def _binds_off_module(pair: Pair, name: str, cell: tuple[str, str]) -> bool:
    """Does it bind the name in that module wherever it bound it by ``global``?"""
    old = [o.line for o in pair.old.reading.occurrences if o.writes == (pair.old.path, name)]
    new = [o.line for o in pair.new.reading.occurrences if o.writes == cell]
    return bool(old) and len(old) == len(new) and name not in pair.new.declared_global


def _bound_inside(snapshot: Snapshot, statement: Statement) -> Iterator[tuple[str, Origins]]:
    for node in statement.reading.inner:
        for name, bound in snapshot.bound_by(statement.path, node, False):
            yield name, snapshot.imported(statement.path, bound.module, bound.attribute)


def _dots_lost(comparison: Comparison) -> Iterator[Finding]:
    """A relative import does not become one that works only where the file is run as a script in its folder."""
    names = comparison.after.names
    for pair in comparison.pairs:
        if pair.old.text != pair.new.text and any(getattr(node, "level", 0) for node in pair.old.reading.inner):
            for node in pair.new.reading.inner:
                module = node.module if isinstance(node, ast.ImportFrom) and not node.level else None
                if module and names.find(module) is None and names.find(module, pair.new.path) is not None:
                    message = f"the import of {module} lost its dots"
                    yield Finding(Place(pair.new.path, node.lineno), message, "missing-module")
    yield from _flat_now(comparison)


def _flat_now(comparison: Comparison) -> Iterator[Finding]:
    """Nor does the import of a module beside it take a module out of its package, as others import it."""
    before, after = comparison.before.names, comparison.after.names
    for path in comparison.changed:
        folder = path.rpartition("/")[0]
        if path not in comparison.old.paths or before.root_of(path) == folder or after.root_of(path) != folder:
            continue
        symbols = comparison.after.symbols(path)
        for node in symbols.body if symbols is not None else ():
            beside = node.module if isinstance(node, ast.ImportFrom) and not node.level else ""
            if beside and f"{folder}/{beside}.py" in comparison.changed:
                message = f"{beside} is imported from beside this module, which is {before.dotted(path)} elsewhere"
                yield Finding(Place(path, node.lineno), message, "missing-module")


def _new_stars(comparison: Comparison) -> Iterator[Finding]:
    """Nobody knows what a star takes from a module that is not of the tree, so no such import is new."""
    known = {star for path in comparison.changed for star in getattr(comparison.before.symbols(path), "stars", ())}
    for path in comparison.changed:
        symbols = comparison.after.symbols(path)
        for star in symbols.stars if symbols is not None else ():
            outside = star.partition(".")[0] not in sys.stdlib_module_names and not comparison.after.find(star, path)
            if outside and star not in known:
                message = f"the import of everything from {star} is new"
                yield Finding(Place(path), message, "new-star", Kind.OTHER)
