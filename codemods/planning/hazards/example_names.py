"""An example of moved code reads a name that does not come along."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.references.doctest_names import missing_names

CODE = "example-names"
TITLE = "an example of moved code reads a name of the old module"
MEANING = """
doctest runs the examples of a docstring among the names of its module. What an example reads and does not come along is
imported by the example itself after the move. Where no line can be put before its first one, because the docstring is
written in one line, say, the move is refused.
"""
EXAMPLE = r"""
-- shop/text.py --
def plural(noun):
    return noun + "s"


def many(noun):
    "\n>>> many('job') == plural('job')\nTrue\n"
    return noun + "s"
-- move --
shop/text.py shop/many.py many
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for text, name, edit in missing_names(facts):
        if edit is None:
            place = facts.source.source.place(text)
            reason = f"an example here reads `{name}` of {facts.move.source}, and no import can be put before it"
            yield Hazard(CODE, place, reason, (f"let the example import `{name}`",))
