"""What a star import takes of a touched module, and whether ``__all__`` names what is there."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.checks.test_collection import moves_as_a_test
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable


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
