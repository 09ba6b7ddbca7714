"""Names that nothing but functions binds, by ``global``: their old path goes on where that of the functions does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison


def lost_names(comparison: Comparison) -> Iterator[Finding]:
    """Each name for others that a module had once a function was called, and has not any more, though it still has the
    function."""
    if not comparison.renamed:
        return
    defined = {(pair.old.path, name) for pair in comparison.pairs for name in pair.old.names}
    for pair in comparison.pairs:
        path, home = pair.old.path, comparison.home(pair.old.path)
        if not pair.moved or not any(comparison.after.given(home, name) for name in pair.old.names):
            continue
        stored = {n.id for n in walk(pair.old.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for name in sorted(pair.old.declared_global & stored):
            made = (path, name) not in defined and bool(comparison.before.given(path, name))
            if made and not name.startswith("_") and not comparison.after.given(home, name):
                message = f"{pair.new.said} binds {name} here, which {home} had when it was called, and has no more"
                yield Finding(pair.new.place, message, "missing-name", Kind.BROKEN, pair.old.place)
