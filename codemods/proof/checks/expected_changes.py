"""What a move always changes is listed, not hidden."""

from __future__ import annotations

from codemods.model import Check, Finding, Place
from codemods.proof.comparison.comparison import Comparison

SAYS = "what a move always changes, for you to know"


def check(comparison: Comparison) -> Check:
    declared = [
        Finding(
            Place(new, 0), f"{name}.__module__, new pickles and tracebacks say {comparison.after.names.dotted(new)} now"
        )
        for (_, name), (new, _) in sorted(comparison.renamed.items())
        if not name.startswith("_") and name[:1].isupper() and not name.isupper()
    ]
    return Check("declared differences", SAYS, len(comparison.renamed), (), tuple(declared))
