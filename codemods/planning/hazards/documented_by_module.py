"""A manual shows what stands in the source, by the name of the module or of its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from codemods.model import Hazard, Place, Severity
from codemods.planning.edits.manuals import leaving
from codemods.planning.facts import Facts

CODE = "documented-by-module"
ACCEPTS = True
TITLE = "a manual takes what moves from the source: automodule, literalinclude, mkdocstrings"
MEANING = """Sphinx's `automodule` with `:members:` documents what was made in that module, `literalinclude` shows an
object or lines of that file, mkdocstrings (`::: shop.orders`) what the module has. Where what moves would leave the
page, the new module is shown below the old one, in the same way. Where the manual names each member, and the old
module finds them only when asked, the move is refused; so it is where a part of a file is shown by its lines or by a
name (`literalinclude`, `--8<--`), which would be another one, or gone."""
EXAMPLE = """
-- docs/index.rst --
.. automodule:: shop.orders
   :members:
-- shop/orders.py --
class Price:
    "What it costs."
def order(net):
    return net
-- move --
shop/orders.py shop/prices.py Price
"""
_BLOCK = r"((?:\n[ \t]+[^\n]*|\n(?=[ \t]*\n[ \t]+:))*)"
_INCLUDE = re.compile(rf"(?:\.\.|```\{{)\s*literalinclude(?:::|\}})[ \t]+(\S+){_BLOCK}")
_SNIPPET = re.compile(r"""--8<--[ \t]+["']?([\w./-]+\.py):([\w:-]+)""")  # of pymdownx


def find(facts: Facts) -> Iterator[Hazard]:
    tree, dotted = facts.project.tree, facts.project.names.dotted
    old, new = dotted(facts.move.source), dotted(facts.move.destination)
    for found in leaving(facts):
        names = ", ".join(found.names[:3])
        if found.edit is not None:
            reason = f"this directive documents {old}, with {names}; {new} is shown below it now"
            yield Hazard(CODE, found.place, reason, (), Severity.HANDLED)
        else:
            reason = f"this directive documents {old}; {names} would disappear from the manual"
            yield Hazard(CODE, found.place, reason, (f"show {names} of {new} there first",))
    for path in sorted(tree.texts_with([facts.move.source.rpartition("/")[2]])):
        text = tree.read(path).decode("utf-8", "replace")
        yield from _snippets(facts, path, text)
        for include in _INCLUDE.finditer(text):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), include[1]))
            if file != facts.move.source:
                continue
            shown = re.search(r":pyobject:\s*(\w+)", include[2] or "")
            if (shown and shown[1] in facts.moved_names) or re.search(
                r":(?:lines|emphasize-lines|start-|end-)", include[2] or ""
            ):
                reason = f"the manual shows a part of {file} here, which is another one, or gone, after the move"
                yield _hazard(path, text, include.start(), reason, "name the new file there, or the object, first")


def _snippets(facts: Facts, path: str, text: str) -> Iterator[Hazard]:
    """``--8<-- "shop/orders.py:5:9"``, lines of the file, and ``:price``, what stands between two comments in it."""
    for snippet in _SNIPPET.finditer(text):
        part = snippet[2]
        if not f"/{facts.move.source}".endswith(f"/{posixpath.normpath(snippet[1])}"):
            continue
        if part.strip(":-").replace(":", "").isdigit() or _moves_between(facts, part):
            reason = (
                f"the manual shows a part of {facts.move.source} here, which is another one, or gone, after the move"
            )
            yield _hazard(path, text, snippet.start(), reason, "name the object, or another file, first")


def _moves_between(facts: Facts, name: str) -> bool:
    """Does something move that stands between the comments of this name?"""
    lines = facts.source.source.text.split("\n")
    marks = [n for n, line in enumerate(lines, 1) if re.search(rf"--8<--\s*\[(?:start|end):\s*{name}\s*\]", line)]
    moved = [s.node.lineno for group in facts.moving for s in group.statements]
    return len(marks) > 1 and any(marks[0] < line < marks[-1] for line in moved)


def _hazard(path: str, text: str, at: int, reason: str, remedy: str) -> Hazard:
    return Hazard(CODE, Place(path, text.count("\n", 0, at) + 1), reason, (remedy,))
