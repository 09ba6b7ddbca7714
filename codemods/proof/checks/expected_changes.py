"""What a move always changes is listed, not hidden."""

from __future__ import annotations

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison

SAYS = "what a move always changes, for you to know"


def check(comparison: Comparison) -> Check:
    declared = []
    for (old, name), (new, now) in sorted(comparison.renamed.items()):
        there = comparison.after.names.dotted(new)
        if _has_module(name) and there != comparison.before.names.dotted(old):
            message = f"{now}.__module__, new pickles and tracebacks say {there} now"
            declared.append(
                Finding(Place(new), message, "module-attribute", Kind.NOTE, Place(old), f"module name {new}")
            )
    return Check("declared differences", SAYS, len(comparison.renamed), (), tuple(declared))


def _has_module(name: str) -> bool:
    """Is this a public class, by its name?"""
    return not name.startswith("_") and name[:1].isupper() and not name.isupper()
