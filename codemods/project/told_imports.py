"""What a text that is no Python file says of a module, where there is Python in it: notebooks, templates, Cython,
command lines, examples, and strings that somebody runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.tree import Tree

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


def star_imports(tree: Tree, dotted: str, names: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """(file, line, name) of texts that import everything from a module, examples, command lines, strings that are run,
    where the file speaks of one of these names."""
    for path, line in _stars(tree, dotted) if names else ():
        for name in sorted(names):
            if path in tree.texts_with([name]) | tree.code_with([name]):
                yield path, line, name


def _stars(tree: Tree, dotted: str) -> Iterator[tuple[str, int]]:
    from codemods.project.source import Unreadable

    words = [dotted.rpartition(".")[2]]
    star = re.compile(rf"(?<![\w.])from\s+{re.escape(dotted)}\s+import\s*\(?\*")
    for path in sorted(tree.texts_with(words)):
        text = tree.read(path).decode(errors="replace")
        yield from ((path, text.count("\n", 0, match.start()) + 1) for match in star.finditer(text))
    for path in sorted(tree.code_with(words)):
        try:
            source = tree.source(path) if star.search(tree.read(path).decode(errors="replace")) else None
        except Unreadable:
            continue
        texts = source.nodes.of(ast.Constant) if source is not None else ()
        yield from ((path, n.lineno) for n in texts if isinstance(n.value, str) and star.search(n.value))
