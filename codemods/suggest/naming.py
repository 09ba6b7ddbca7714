"""What a new module is called: a word of its definitions that the other modules do not have."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Sequence

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# What says that something is a class or serves something, and not what it is about.
_ROLES = frozenset(
    ["abstract", "base", "mixin", "manager", "handler", "helper", "util", "utils", "impl", "factory", "class", "type"]
)


def words(name: str) -> frozenset[str]:
    """The words of a name in small letters: `HTTPStatusError` has http, status and error."""
    return frozenset(word.lower() for word in _WORDS.findall(name))


def module_names(groups: Sequence[Sequence[str]], source: str, taken: Collection[str]) -> list[str]:
    """A name for each group, given by the names of its definitions, the most important first; none that is ``taken``
    or that a module of the standard library has."""
    stem = words(source)
    counts = [Counter(_singular(word) for name in group for word in words(name)) for group in groups]
    used = {variant for name in (*taken, source) for variant in (name, _singular(name), _plural(name))}
    found = []
    for group, own in zip(groups, counts, strict=True):
        head = [word for word in _WORDS.findall(group[0]) if word.lower() not in _ROLES | stem]
        share = {w: own[_singular(w.lower())] / sum(c[_singular(w.lower())] for c in counts) for w in head}
        telling = sorted((w for w in head if share[w] >= 0.5), key=lambda w: -share[w] * own[_singular(w.lower())])[:1]
        whole = "_".join(word.lower() for word in _WORDS.findall(group[0]))
        choices = [*map(_plural, telling), *map(str.lower, telling), whole, *(f"{whole}_{n}" for n in range(2, 99))]
        name = next(c for c in choices if c not in used and c not in sys.stdlib_module_names and c.isidentifier())
        used |= {name, name.removesuffix("s")}
        found.append(f"_{name}" if source.startswith("_") and source != "__init__" else name)
    return found


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "aius" else word


def _plural(word: str) -> str:
    """What a module of such things is called; an abbreviation and what was done stay as they are."""
    if word.isupper() or word.lower().endswith(("s", "ed", "ing")):
        return word.lower()
    word = word.lower()
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"
