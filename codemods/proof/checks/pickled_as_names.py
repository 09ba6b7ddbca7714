"""Objects that are pickled as a name of the module of their class: pickle finds the same object by it as before."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.pickled_names import pickled_names
from codemods.proof.comparison.comparison import Comparison

ACCEPTED = "pickled"  # the hazard of that name, by --accept


def pickled_elsewhere(comparison: Comparison) -> Iterator[Finding]:
    """Each name by which an object was found in the module of its class, and is not now."""
    if any(ACCEPTED in move.accept for move in comparison.moves):
        return
    for pair in comparison.pairing.pairs:
        symbols = comparison.before.symbols(pair.old.path) if isinstance(pair.old.node, ast.ClassDef) else None
        if symbols is None or "__reduce" not in symbols.source.text:
            continue
        for name in sorted(name for node, name in pickled_names(symbols.body) if node is pair.old.node):
            was = comparison.before.given(pair.old.path, name)
            now = comparison.after.given(pair.new.path, name)
            if was and comparison.mapped(was) != now:
                message = f"pickle looks for {name} here, by which {pair.old.said} pickles it, and finds something else"
                yield Finding(pair.new.place, message, "module-attribute", Kind.BROKEN, Place(pair.old.path))
