"""Staying code lists the names of the source."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "namespace-read"
TITLE = "staying code looks names up in the namespace of the source"
MEANING = """`globals()`, `vars()`, `dir()` and `eval` in staying code still find every moved name, for the source
imports all of them back, private ones too. What has changed is their turn: the imported names come before those that
the source defines itself. A name that moved functions rebind would be found as it once was: refused."""
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

_LOOKS = frozenset({"globals", "vars", "dir", "eval", "exec"})


def find(facts: Facts) -> Iterator[Hazard]:
    for unit in facts.staying:
        for r in unit.references:
            if r.name in _LOOKS and r.called and r.name not in facts.source.binds:
                place = facts.source.source.place(r.node)
                rebound = sorted(facts.moved_names & facts.source.rebound.keys()) if r.name != "dir" else []
                if rebound:
                    reason = f"{unit.label} calls {r.name}(), and would find {', '.join(rebound)} as it once was"
                    yield Hazard(CODE, place, reason, (f"leave it there: --keep {rebound[0]}", "read it by its name"))
                    return
                reason = f"{unit.label} calls {r.name}(): it finds the moved names as imports, before the others"
                yield Hazard(CODE, place, reason, (), Severity.DECLARED)
                return
