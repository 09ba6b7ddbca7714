"""Moved code asks which module it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.advice import leave
from codemods.planning.facts import Facts
from codemods.planning.references.introspection import questions
from codemods.planning.references.namespace_lookups import lookups

CODE = "module-identity"
TITLE = "moved code reads its module's file, namespace or frame"
MEANING = """`__file__`, `globals()`, `eval`, `exec` and frames answer for the module in which the code stands, so the
same text means something else after the move. `__file__` is let through where only its folder is used and the folder
stays the same; `__name__` is replaced by the name that it had. A function that only looks names up,
`globals()[name]`, goes on doing so in the source: `vars(commands)[name]`; a text that is known,
`"{user}".format(**globals())`, finds what it names where it goes. It is refused where the source has another value than
the destination for a rebound name, or runs as a script."""
EXAMPLE = """
-- shop/commands.py --
def do_stop():
    return "stopped"
def dispatch(call):
    return eval("do_" + call)
-- move --
shop/commands.py shop/dispatch.py dispatch
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for group in facts.moving:
        for statement in group.statements:
            looked_up = set() if _two_values(facts) else {id(c.func) for c, _ in lookups(facts.source, statement)}
            for reference, reason in questions(facts.source, facts.same_folder, statement):
                place = facts.source.source.place(reference.node)
                if id(reference.node) in looked_up:
                    reason = f"`{group.label}` looks names up in the module that it stood in, as before"
                    yield Hazard(CODE, place, reason, (), Severity.HANDLED)
                    continue
                yield Hazard(
                    CODE,
                    place,
                    f"`{group.label}` {reason}",
                    ("pass what it needs in as an argument", leave(facts, group)),
                )


def _two_values(facts: Facts) -> bool:
    """May a name have another value in the source than moved code sees, or mean something else where that looks?"""
    names = facts.project.names
    parent, _, last = names.dotted(facts.move.source).rpartition(".")
    package = names.find(parent, facts.move.source) if parent else None
    hidden = package is not None and facts.project.origin(package, last) is not None
    hidden = hidden or (facts.destination is not None and "vars" in facts.destination.binds)
    return bool(facts.moved_names & facts.source.rebound.keys()) or hidden or facts.source.runnable
