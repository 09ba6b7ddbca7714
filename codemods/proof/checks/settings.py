"""Settings that select modules by name, as overrides of mypy do: they hold of code where it stood.

What they set changes what a tool says of the code, not what the code does, so the check names each that moved code
leaves or meets. Lists of what is installed are for the check of file lists, filters of warnings for that of patches.
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project.selected import BANS, IGNORED_IMPORTS, Selection, rules_of_code, selections
from codemods.project.tree import Tree
from codemods.proof.comparison.comparison import Comparison

SAYS = "settings that select modules by name select the code that they selected"
CODE = "setting"
ACCEPTED = "configured-by-name"  # the hazard of that name, by --accept


def check(comparison: Comparison) -> Check:
    ways = sorted({(pair.old.path, pair.new.path) for pair in comparison.pairing.pairs if pair.moved})
    accepted = any(ACCEPTED in move.accept for move in comparison.moves)
    looked, left = 0, list[Finding]()
    for source, destination in ways if not accepted else ():
        dotted = comparison.after.names.dotted(destination)
        there = {(one.path, one.key) for one in selections(comparison.new) if one.holds_of(dotted, destination)}
        for one in _selecting(comparison.old, source, comparison.before.names.dotted(source)):
            looked += 1
            word = " ".join(one.word.split())
            if (one.path, one.key) not in there:
                said = f"`{one.key}` selects {word}, and not {destination}, where some of its code is now"
                left.append(Finding(Place(one.path, one.line), said, CODE, Kind.NOTE, cause=f"{one.path} {one.key}"))
    return Check("settings", SAYS, looked, assumptions=tuple(dict.fromkeys(left)))


def _selecting(tree: Tree, source: str, dotted: str) -> Iterator[Selection]:
    """The settings that hold of a module, and say something of its definitions."""
    for one in selections(tree):
        of_others = one.key.endswith(IGNORED_IMPORTS) or any(ban in one.key for ban in BANS)
        if not of_others and one.holds_of(dotted, source):
            if "per-file-ignores" not in one.key or rules_of_code(one.value):
                yield one
