"""Names that a decorator lists: ``@public`` puts what it is given into ``__all__`` of the module in which that is made.

So what moved is listed in another module than before, which only a star import can observe.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot

ACCEPTED = "listed-by-decorator"  # the hazard of that name, by --accept


def listed_elsewhere(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """What moved and is listed by its decorator, and whether somebody in the tree would miss it."""
    accepted = any(ACCEPTED in move.accept for move in comparison.moves)
    for pair in comparison.pairs:
        decorators = getattr(pair.old.node, "decorator_list", ())
        if not pair.moved or not any(_lists(comparison.before, pair.old.path, d) for d in decorators):
            continue
        source = comparison.after.symbols(pair.old.path)
        missing = sorted((pair.old.names & pair.new.names) - set((source.exported if source else None) or ()))
        for name in missing:
            importers = list(_star_importers(comparison, pair.old.path))
            listing = bool(source and source.exported is not None) or _lists_others(comparison.after, pair.old.path)
            missed = (bool(importers) or listing) and not accepted
            message = f"a star import of {comparison.before.names.dotted(pair.old.path)} no longer takes {name}"
            place = Place(importers[0]) if importers else pair.new.place
            yield Finding(place, f"{message}, which its decorator lists", "star-import"), missed


def _lists_others(snapshot: Snapshot, path: str) -> bool:
    """Does a decorator go on listing what stands in the module, so that it has an ``__all__``?"""
    symbols = snapshot.symbols(path)
    decorators = (d for node in (symbols.body if symbols else ()) for d in getattr(node, "decorator_list", ()))
    return any(_lists(snapshot, path, decorator) for decorator in decorators)


def _lists(snapshot: Snapshot, path: str, decorator: ast.expr) -> bool:
    """Does a function look the module up that a thing was made in, and speak of ``__all__``?"""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    if ("", "public.public") in snapshot.meaning(path, function):  # the package atpublic
        return True
    for _, node in definitions_meant(snapshot, path, function):
        parts = list(ast.walk(node)) if isinstance(node, ast.FunctionDef) else []
        attributes = {n.attr for n in parts if isinstance(n, ast.Attribute)}
        texts = {n.value for n in parts if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        if attributes & {"__module__", "__globals__"} and "__all__" in attributes | texts:
            return True
    return False


def _star_importers(comparison: Comparison, path: str) -> Iterator[str]:
    snapshot = comparison.after
    last = snapshot.names.dotted(path).rpartition(".")[2]
    for other in sorted(snapshot.tree.code_with([last])):
        symbols = snapshot.symbols(other) if other.endswith(".py") and other != path else None
        if symbols is not None and any(snapshot.find(star, other) == path for star in symbols.stars):
            yield other
