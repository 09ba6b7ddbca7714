"""Moved code reads the name of its module."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.edits.moved_code import own_names
from codemods.planning.facts import Facts

CODE = "module-name"
TITLE = "moved code reads `__name__`, and is given the name that it had"
MEANING = """Keys, child loggers, resources and messages are made of `__name__`. In moved code it becomes the text of
the old name, so that they stay what they were. It is refused where that text can't be written: inside an f-string that
uses both kinds of quotes."""
EXAMPLE = """
-- shop/cache.py --
def key(what):
    return f"{__name__}:{what}"
def other():
    return key("other")
-- move --
shop/cache.py shop/keys.py key
"""


def find(facts: Facts) -> Iterator[Hazard]:
    dotted = facts.project.names.dotted(facts.move.source)
    for group in facts.moving:
        for statement in group.statements:
            for edit in own_names(facts.source, statement, dotted):
                place = facts.source.source.place(statement.node)
                if edit is None:
                    reason = f"`{group.label}` reads `__name__` in an f-string where no other text can be written"
                    yield Hazard(CODE, place, reason, ("assign it to a variable first",))
                else:
                    reason = f'`__name__` in `{group.label}` is written as "{dotted}", the value that it had'
                    yield Hazard(CODE, place, reason, (), Severity.HANDLED)
                break
