"""What a text that is no Python file says of a module, where there is Python in it: notebooks, templates, Cython,
command lines, examples, and strings that somebody runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

# Names up to the end of the statement; in brackets, over several lines, which a notebook has as strings.
_LIST = r"""(\([^)]*|[^;"'#\n\\)]*)"""


def held_as(text: str, dotted: str) -> set[str]:
    """The names by which a text has a module: ``from shop import orders as o``, ``import shop.orders as o``."""
    package, _, last = dotted.rpartition(".")
    found = {match[1] for match in re.finditer(rf"\bimport\s+{re.escape(dotted)}\s+as\s+(\w+)", text)}
    if package and last in text:
        above = "|".join(re.escape(package[at:]) for at in (0, *(m.end() for m in re.finditer(r"\.", package))))
        start = rf"(?<![\w.])from\s+(?:{re.escape(package)}|\.+(?:{above})?)\s+c?import\s*{_LIST}"
        for match in re.finditer(start, text):
            found |= {
                named[1] or last for named in re.finditer(rf"(?<![\w.]){last}\b(?!\s*\.)(?:\s+as\s+(\w+))?", match[1])
            }
    return found


def named_through(
    text: str, dotted: str, names: Collection[str], held: Collection[str] = ()
) -> Iterator[tuple[int, str]]:
    """(where, which) of the names that a text reads off the module: ``o.Price``; ``held``: where it has that from."""
    aliases = sorted({*held, *held_as(text, dotted)})
    if aliases and names:
        some, which = "|".join(map(re.escape, aliases)), "|".join(map(re.escape, sorted(names)))
        for match in re.finditer(rf"(?<![\w.])(?:{some})\.({which})(?!\w)", text):
            yield match.start(), match[1]


def imported_from(text: str, dotted: str, names: Collection[str]) -> Iterator[tuple[int, str]]:
    """(where, which) of the names that a text imports from the module."""
    for match in re.finditer(rf"(?<![\w.])from\s+{re.escape(dotted)}\s+c?import\s*{_LIST}", text):
        for word in re.finditer(r"(?<![\w.])(\w+)(?!\w)", match[1]):
            before = match[1][: word.start()].rstrip()
            if word[1] in names and not before.endswith(" as"):
                yield match.start(), word[1]
