"""Names of the source that are set through its namespace."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.namespace_writes import names_written

CODE = "namespace-written"
TITLE = "names of the source are set through its namespace, or by a name in a variable"
MEANING = """`globals()["X"] = …`, `vars(module).update(…)`, `setattr(module, name, …)` set names of the module that
they were given, and of no other. Moved functions that read such a name read it through the source, freshly at each
call, so that they see what was set there. Where the name is not known, that holds for all values of the source."""
EXAMPLE = """
-- shop/limits.py --
LIMIT = 1
def configure(**settings):
    globals().update(settings)
def admit(n):
    return n < LIMIT
-- move --
shop/limits.py shop/gate.py admit
"""


def find(facts: Facts) -> Iterator[Hazard]:
    read = {r.name for group in facts.moving for r in group.references} & names_written(facts.groups, facts.writes)
    for write in facts.writes:
        names = sorted(read & {write.name}) if write.name is not None else sorted(read)
        if names:
            said = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            reason = f"{said} may be set here: moved functions read it through {facts.move.source}"
            yield Hazard(CODE, write.place, reason, (), Severity.HANDLED)
