"""Moved code asks whether its module is the script that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.advice import leave
from codemods.planning.facts import Facts

CODE = "main-check"
TITLE = "moved code compares `__name__`, or runs in a script that has another name"
MEANING = """While a module runs as a script its `__name__` is `"__main__"`. The main guard stays in the source. Moved
code that compares `__name__` would never run as the script, so it is not moved; other moved code that reads
`__name__` is given the module's own name, which is reported where the source runs as a script."""
EXAMPLE = """
-- shop/serve.py --
def banner():
    if __name__ == "__main__":
        return "script"
    return "library"
def serve():
    return banner()
-- move --
shop/serve.py shop/texts.py banner
"""


def find(facts: Facts) -> Iterator[Hazard]:
    runnable = facts.source.runnable
    for group in facts.moving:
        for statement in group.statements:
            compared = {id(n) for c in ast.walk(statement.node) if isinstance(c, ast.Compare) for n in ast.walk(c)}
            for reference in statement.references:
                if reference.name != "__name__":
                    continue
                place = facts.source.source.place(reference.node)
                if id(reference.node) in compared and "__main__" in _text(facts, statement.node):
                    reason = f"`{group.label}` asks whether it runs as a script"
                    yield Hazard(CODE, place, reason, ("pass the answer in as an argument", leave(facts, group)))
                elif runnable:
                    name = facts.project.names.dotted(facts.move.source)
                    reason = (
                        f'`{group.label}` reads `__name__`: after the move that is "{name}", also when the script runs'
                    )
                    yield Hazard(CODE, place, reason, (), Severity.DECLARED)


def _text(facts: Facts, node: ast.stmt) -> str:
    source = facts.source.source
    return source.text[source.start(node) : source.end(node)]
