"""A manual shows what stands in the source, by the name of the module or of its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts

CODE = "documented-by-module"
ACCEPTS = True
TITLE = "a manual takes what moves from the source: automodule, literalinclude, mkdocstrings"
MEANING = """Sphinx's `automodule` with `:members:` documents what was made in that module, `literalinclude` shows an
object or lines of that file, mkdocstrings (`::: shop.orders`) what the module has. What moves leaves the page of the
old module, which is reported unless the manual has the new module too. A part of a file that is shown by its lines or
by a name would be another one, or gone: that is refused."""
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


def find(facts: Facts) -> Iterator[Hazard]:
    tree, dotted = facts.world.tree, facts.world.names.dotted
    old, new = dotted(facts.move.source), dotted(facts.move.destination)
    public = sorted(name for name in facts.moved_names if not name.startswith("_"))
    last = facts.move.source.rpartition("/")[2]
    for path in sorted(tree.texts_with([old.rpartition(".")[2], last])):
        text = tree.read(path).decode("utf-8", "replace")
        members = re.compile(
            rf"automodule(?:::|\}})[ \t]+{re.escape(old)}{_BLOCK}|^:::[ \t]+{re.escape(old)}[ \t]*$", re.M
        )
        for found in members.finditer(text):
            shows = found[0].startswith(":::") or (":members:" in found[0] and ":imported-members:" not in found[0])
            listed = re.search(rf"(?:automodule(?:::|\}})|:::)[ \t]+{re.escape(new)}\s", text)
            if public and shows and not listed:
                names = ", ".join(public[:3])
                reason = f"the manual shows {names} with {old} here, and no longer does: add {new} to it"
                place = Place(path, text.count("\n", 0, found.start()) + 1)
                yield Hazard(CODE, place, reason, (), Severity.DECLARED)
        for found in _INCLUDE.finditer(text):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1]))
            if file != facts.move.source:
                continue
            shown = re.search(r":pyobject:\s*(\w+)", found[2] or "")
            if (shown and shown[1] in facts.moved_names) or re.search(
                r":(?:lines|emphasize-lines|start-|end-)", found[2] or ""
            ):
                reason = f"the manual shows a part of {file} here, which is another one, or gone, after the move"
                yield _hazard(path, text, found.start(), reason, "name the new file there, or the object, first")


def _hazard(path: str, text: str, at: int, reason: str, remedy: str) -> Hazard:
    return Hazard(CODE, Place(path, text.count("\n", 0, at) + 1), reason, (remedy,))
