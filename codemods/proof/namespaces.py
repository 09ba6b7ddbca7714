"""What could be imported from a touched module still can, and is the same object."""

from __future__ import annotations

import ast
import re

from codemods.model import Check, Finding, Place
from codemods.proof.comparison import Comparison
from codemods.proof.side import defined_names, flat

SAYS = "what could be imported from a touched module still can be, and is the same object"


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    count = 0
    reexport = all(move.reexport for move in comparison.moves)
    for path in comparison.changed:
        outline = comparison.before.outline(path)
        for name in sorted(outline.binds) if outline else ():
            defined = any(b.defined for b in outline.binds[name]) if outline else False
            listed = outline is not None and outline.exported is not None and name in outline.exported
            if not (defined and reexport) and not listed:
                continue
            count += 1
            old, new = comparison.mapped(comparison.before.origins(path, name)), comparison.after.origins(path, name)
            if old == new or (old and new and old & new) or not old:
                continue
            if not new and name.startswith("_") and not _mentioned(comparison, path, name):
                continue
            if name in _deleted(comparison, path) | _passing(comparison, path):
                continue
            failures.append(Finding(Place(path), f"{name} can't be found here any more, or is another object"))
    return Check("namespaces", SAYS, count, tuple(failures))


def _mentioned(comparison: Comparison, path: str, name: str) -> bool:
    """Does a file beside the two of the move know a private name and its module?"""
    names = comparison.before.names
    dotted = names.dotted(path)
    tree = comparison.after.tree
    knowing = tree.code_with([name], among=tree.code_with([dotted.rpartition(".")[2]]))
    return any(
        # A copy of the project inside of it, for tests perhaps, speaks of its own modules.
        names.find(dotted, other) == path
        for other in knowing
        if other.endswith(".py") and other not in (path, comparison.destination)
    )


def _passing(comparison: Comparison, path: str) -> set[str]:
    """Loop variables: bound in passing."""
    outline = comparison.before.outline(path)
    loops = [node for node, _ in flat(outline.body) if isinstance(node, ast.For)] if outline else []
    return {name for node in loops for name in defined_names(node)}


def _deleted(comparison: Comparison, path: str) -> set[str]:
    outline = comparison.before.outline(path)
    text = outline.source.text if outline else ""
    return set(re.findall(r"^del (\w+)", text, re.MULTILINE))
