"""The destination stands, and has a name that no import can spell."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.facts import Facts

CODE = "not-a-module"
TITLE = "no import could name the destination"
MEANING = """A file such as `run-jobs.py` may stand and be run, but no import statement can name it. Code may go
there if nobody needs it anywhere else; then the old path has to end."""
EXAMPLE = """
-- shop/worker.py --
class Status: ...
-- shop/run-jobs.py --
LIMIT = 3
-- move --
shop/worker.py shop/run-jobs.py Status
"""


def find(facts: Facts) -> Iterator[Hazard]:
    dotted = facts.project.names.dotted(facts.move.destination)
    wrong = [part for part in dotted.split(".") if not part.isidentifier() or keyword.iskeyword(part)]
    if not wrong:
        return
    users = sorted({module.path for module, item in facts.referrers.imports if item.attribute in facts.moved_names})
    users += sorted({facts.move.source for u in facts.staying for r in u.references if r.name in facts.moved_names})
    if facts.move.goes_on or users:
        who = f"{users[0]} uses what moves" if users else "the old path is to keep working"
        remedies = ("choose another destination", *(() if users else ("let the old path end: --no-reexport",)))
        yield Hazard(CODE, Place(facts.move.destination), f"no import can name `{wrong[0]}`, and {who}", remedies)
