"""Moved code asks which module it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.identity import questions

CODE = "module-identity"
TITLE = "moved code reads its module's file, namespace or frame"
MEANING = """`__file__`, `globals()`, `eval`, `exec` and frames answer for the module in which the code stands, so the
same text means something else after the move. `__file__` is let through where only its folder is used and the folder
stays the same; `__name__` is replaced by the name that it had."""
EXAMPLE = """
-- shop/commands.py --
def do_stop():
    return "stopped"
def dispatch(name):
    return globals()["do_" + name]()
-- move --
shop/commands.py shop/dispatch.py dispatch
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for unit in facts.moving:
        for statement in unit.statements:
            for reference, reason in questions(facts.source, facts.same_folder, statement):
                yield Hazard(
                    CODE,
                    facts.source.source.place(reference.node),
                    f"{unit.label} {reason}",
                    ("pass what it needs in as an argument", "leave it where it is: --keep"),
                )
