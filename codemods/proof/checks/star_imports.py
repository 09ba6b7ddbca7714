"""What a star import takes of a touched module, and whether ``__all__`` names what is there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.import_scan import star_importers
from codemods.project.settings_modules import who_lists
from codemods.project.told_imports import star_imports
from codemods.proof.checks.test_collection import moves_as_a_test
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.snapshot.symbols import SymbolTable, defined_names, flat


def exports(comparison: Comparison, path: str, old: SymbolTable) -> Iterator[Finding]:
    """What a star import takes."""
    home = comparison.home(path)
    new = comparison.after.symbols(home)
    if new is None:
        return
    listed = (
        set(old.exported)
        if old.exported is not None
        else {n for n in old.binds if any(b.defined for b in old.binds[n])}
    )
    for name in sorted(listed):
        if not comparison.before.exports(path, name) or comparison.after.exports(home, name):
            continue
        there = comparison.after.bound_origins(home, name)
        promised = comparison.promised and not moves_as_a_test(comparison, (path, name))
        if (there and (old.exported is not None or not name.startswith("_"))) and (
            (path, name) not in comparison.renamed or promised
        ):
            yield _star(path, f"a star import no longer takes {name}")
        elif not there and old.exported is not None and (path, name) not in comparison.renamed:
            yield _star(path, f"a star import no longer takes {name}")
    if old.exported is not None and new.exported is None:
        kept = [n for n in old.exported if (path, n) not in comparison.renamed or comparison.promised]
        if kept:
            yield _star(path, f"__all__ is gone, which named {', '.join(kept)}")
        extra = {n for n in new.binds if comparison.after.exports(home, n) and not comparison.before.exports(path, n)}
        for name in sorted(extra & set(old.binds)):
            yield _star(path, f"a star import takes {name} now")


def told(comparison: Comparison) -> Iterator[Finding]:
    """What texts that are run or shown take by a star import, of a module without `__all__`, and what a framework reads
    of a module of settings."""
    for path in comparison.changed:
        old, home = comparison.before.symbols(path), comparison.home(path)
        if old is None:
            continue
        who, capitals = who_lists(comparison.old, comparison.before.names, path)
        moved = [name for module, name in comparison.renamed if module == path and who]
        for name in sorted(n for n in moved if not n.startswith("_") and (n.isupper() or not capitals)):
            if not comparison.after.bound_origins(home, name):
                yield _star(path, f"{who} reads all names of this module of settings, and {name} is none of them now")
        if old.exported is not None:
            continue
        moved = sorted(name for module, name in comparison.renamed if module == path)
        lost = [n for n in moved if comparison.before.exports(path, n) and not comparison.after.exports(home, n)]
        for text, line, name in star_imports(comparison.new, comparison.before.names.dotted(path), lost):
            message = f"`import *` from {path} brings {name} no longer"
            yield Finding(Place(text, line), message, "star-import", Kind.OTHER, Place(path))


def overwritten(comparison: Comparison) -> Iterator[Finding]:
    """What a changed module has come by, and a star import brings over what its importer bound further up."""
    grown = {path: names for path in comparison.changed if (names := _more_names(comparison, path))}
    for path in star_importers(comparison.new, [stem(one) for one in grown]) if grown else ():
        symbols, old = comparison.after.symbols(path), comparison.before.symbols(path)
        body = [node for node, typing in flat(symbols.body) if not typing] if symbols and old else []
        for index, node in enumerate(body):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                target = comparison.after.find(comparison.after.absolute(path, node), path) or ""
                for name in grown.get(target, ()):
                    if any(map(_binder(comparison, path, name), body[index + 1 :])):
                        continue
                    was, now = comparison.before.bound_origins(path, name), comparison.after.bound_origins(target, name)
                    if any(map(_binder(comparison, path, name), body[:index])) and not comparison.same(was, now):
                        message = f"`import *` from {target} brings {name} now, over what this module means by it"
                        yield Finding(Place(path, node.lineno), message, "another-object")


def _more_names(comparison: Comparison, path: str) -> list[str]:
    """What a star import takes of a module, and did not before."""
    old, new = comparison.before.symbols(path), comparison.after.symbols(path)
    if old is None or new is None:
        return []
    was, now = comparison.before, comparison.after
    return sorted(
        n
        for n in new.binds.keys() - old.binds.keys()
        if now.exports(path, n)
        and not (was.exports(path, n) and comparison.same(was.bound_origins(path, n), now.bound_origins(path, n)))
    )


def _binder(comparison: Comparison, path: str, name: str) -> Callable[[ast.stmt], bool]:
    """Does a statement of a module bind a name?"""

    def binds(node: ast.stmt) -> bool:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            return name in defined_names(node)
        if node.names[0].name != "*":
            return any(name == (a.asname or a.name.partition(".")[0]) for a in node.names)
        assert isinstance(node, ast.ImportFrom)
        target = comparison.after.find(comparison.after.absolute(path, node), path)
        return target is not None and comparison.after.exports(target, name)

    return binds


def _star(path: str, message: str) -> Finding:
    """Code of the tree that reads such a name is reported by the check of names."""
    return Finding(Place(path), message, "star-import", Kind.OTHER, Place(path))


def dangling(comparison: Comparison) -> Iterator[Finding]:
    """``__all__`` names what is there."""
    for path in comparison.changed:
        new, old = comparison.after.symbols(path), comparison.before.symbols(path)
        for name in sorted(set(new.exported or ())) if new else ():
            dotted, listed = comparison.after.names.dotted(path), old is not None and name in (old.exported or ())
            if comparison.after.given(path, name) or comparison.after.find(f"{dotted}.{name}", path):
                continue
            if listed and comparison.after.imported(path, dotted, name):
                continue  # by a `__getattr__` that nobody reads: it was there before
            if old is None or comparison.before.bound_origins(path, name) or name not in (old.exported or ()):
                yield Finding(Place(path), f"__all__ names {name}, which is not there", "all-names-nothing")
