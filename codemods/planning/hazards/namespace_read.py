"""Staying code lists the names of the source."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "namespace-read"
ACCEPTS = True
TITLE = "staying code looks names up in the namespace of the source"
MEANING = """`globals()`, `vars()`, `dir()` and `eval` in staying code still find every moved name, for the source
imports back all that can be looked up so, private ones too; `globals()["do_" + name]` looks up what begins so. What has
changed is their turn: the imported names come before those that the source defines itself. A name that moved functions
rebind would be found as it once was: refused."""
EXAMPLE = """
-- shop/commands.py --
def do_start():
    return "started"
def do_stop():
    return "stopped"
def dispatch(name):
    return globals()["do_" + name]()
-- move --
shop/commands.py shop/stopping.py do_stop
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for look in facts.looks:
        found = {name for name in facts.moved_names if look.finds(name)}
        if not found:
            continue
        place = facts.source.source.place(look.reference.node)
        called = look.reference.name
        rebound = sorted(found & facts.source.rebound.keys()) if called != "dir" else []
        if rebound:
            reason = f"{look.unit.label} calls {called}(), and would find {', '.join(rebound)} as it once was"
            yield Hazard(CODE, place, reason, (f"leave it there: --keep {rebound[0]}", "read it by its name"))
        else:
            reason = f"{look.unit.label} calls {called}(): it finds the moved names as imports, before the others"
            yield Hazard(CODE, place, reason, (), Severity.DECLARED)
        return
