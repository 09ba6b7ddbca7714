"""A move always changes `__module__`: the check looks for files of the tree that may notice."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison

SAYS = "what moved says in `__module__` that it stands in the new module"
# Code that notices has one of these words.
_WORDS = ("__module__", "pickle", "shelve", "cloudpickle", "dill", "joblib", "getmodule")
_SHOWN = 3


def check(comparison: Comparison) -> Check:
    new_modules: dict[str, list[tuple[str, str]]] = {}
    for (old, name), (new, now) in sorted(comparison.renamed.items()):
        same = comparison.after.names.dotted(new) == comparison.before.names.dotted(old)
        if _has_module(name) and not same:
            new_modules.setdefault(new, []).append((old, now))
    asking = sorted(comparison.old.code_with(_WORDS)) if new_modules else []
    assumed = tuple(_assumption(comparison, new, found, asking) for new, found in new_modules.items())
    return Check("declared differences", SAYS, len(asking), assumptions=assumed)


def _assumption(comparison: Comparison, new: str, found: Sequence[tuple[str, str]], asking: Sequence[str]) -> Finding:
    names = ", ".join(name for _, name in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    there = comparison.after.names.dotted(new)
    message = f"nobody depends on `__module__` of {names}{more}, which is {there} now; {_evidence(asking)}"
    return Finding(Place(new), message, "module-attribute", Kind.NOTE, Place(found[0][0]), f"module name {new}")


def _evidence(asking: Sequence[str]) -> str:
    if not asking:
        return "no code in this tree reads it or makes pickles"
    more = f" and {len(asking) - 1} other files" if len(asking) > 2 else " and 1 other file" if len(asking) > 1 else ""
    return f"{asking[0]}{more} read it of something or make pickles"


def _has_module(name: str) -> bool:
    """Is this a public class, by its name?"""
    return not name.startswith("_") and name[:1].isupper() and not name.isupper()
