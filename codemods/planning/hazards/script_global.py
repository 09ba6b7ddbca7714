"""Moved code reads a name that the main guard of its module binds."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "script-global"
TITLE = "moved code reads a name that the main guard binds"
MEANING = """
What stands under `if __name__ == "__main__":` is bound when the source runs as a script, in the module `__main__`. Code
that reads such a name as a global finds what the script bound only as long as it stands in the script itself.
"""
EXAMPLE = """
-- shop/report.py --
def report():
    print("report", file=out)

if __name__ == "__main__":
    import sys
    out = sys.stderr
    report()
-- move --
shop/report.py shop/printing.py report
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for group in facts.moving:
        for reference in group.references:
            if reference.name in facts.source.script_binds and not reference.string and not reference.annotation:
                place = facts.source.source.place(reference.node)
                reason = f"`{group.label}` reads `{reference.name}`, which the main guard binds"
                yield Hazard(CODE, place, reason, (f"pass `{reference.name}` in as an argument",))
                return
