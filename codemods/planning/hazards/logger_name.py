"""A logger that both sides use."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.loggers import loggers

CODE = "logger-name"
TITLE = "moved code logs under the name of the source"
MEANING = """`logging.getLogger(__name__)` names a logger after its module, and levels, handlers and filters are set by
that name. Moved code gets the logger again by its old name, which gives the same object, so that records go where they
went. A logger of another kind moves too or is imported, like any value."""
EXAMPLE = """
-- shop/worker.py --
import logging
log = logging.getLogger(__name__)
def beat():
    log.info("beat")
def work():
    log.info("work")
-- move --
shop/worker.py shop/beats.py beat
"""


def find(facts: Facts) -> Iterator[Hazard]:
    read = {r.name for group in facts.moving for r in group.references}
    for name, group in sorted(loggers(facts.groups).items()):
        if name in read and group not in facts.moving and name not in facts.read_through_source:
            dotted = facts.project.names.dotted(facts.move.source)
            place = facts.source.source.place(group.statements[0].node)
            reason = (
                f"{facts.move.destination} gets the logger `{name}` by its name too, and records say {dotted} as before"
            )
            yield Hazard(CODE, place, reason, (), Severity.HANDLED)
