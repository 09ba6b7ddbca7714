"""Code that looks names of the source up in its namespace, or lists them."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.dynamic_names import Look

CODE = "namespace-read"
ACCEPTS = True
TITLE = "names of the source are looked up in its namespace, or listed"
MEANING = """`globals()["do_" + name]`, `getattr(module, name)`, `eval`, `dir(module)`, `inspect.getmembers(module)`
find every moved name as before, for the source imports all that can be looked up so, private ones too. Where a
program goes through `vars(module)` in the order in which the names were bound, the imported names come before those
that the source defines itself: refused if a definition that stays comes before one that moves. So is a name that moved
functions rebind, since the lookup would return its old value."""
EXAMPLE = """
-- shop/api.py --
def orders():
    return ["o"]
def slug(text):
    return text.lower()
-- shop/server.py --
from shop import api
ROUTES = [name for name, value in vars(api).items() if callable(value)]
-- move --
shop/api.py shop/text.py slug
"""


def find(facts: Facts) -> Iterator[Hazard]:
    handled: list[Look] = []
    for look in facts.looks:
        found = {name for name in facts.moved_names if look.finds(name)}
        rebound = sorted(found & facts.source.rebound.keys()) if look.called != "dir" else []
        if rebound:
            name, source = rebound[0], facts.move.source
            reason = (
                f"`{look.called}` would return the value that `{name}` has when {source} imports it, not a later one"
            )
            remedies = ("read it by its name there first", f"leave `{name}`, and what rebinds it, where they are")
            yield Hazard(CODE, look.place, reason, remedies)
        elif look.ordered and found and not _keeps_its_turn(facts) and _comes_later(facts):
            listed = f"this code lists the names of {facts.move.source} in the order of their definitions"
            reason = f"{listed}; after the move `{min(found)}` would come first"
            remedies = ("sort what is listed, or list it by name, first", f"leave `{min(found)}` where it is")
            yield Hazard(CODE, look.place, reason, remedies)
        elif found:
            handled.append(look)
    if handled:
        more = f", and at {len(handled) - 1} more place{'s' * (len(handled) > 2)}" if len(handled) > 1 else ""
        first = min(handled, key=lambda look: look.place)
        reason = f"{first.called} may look for moved names here{more}: {facts.move.source} goes on binding them"
        yield Hazard(CODE, first.place, reason, (), Severity.HANDLED)


def _keeps_its_turn(facts: Facts) -> bool:
    """Does the source bind what moved, one run of statements, where that stood?"""
    moved = sorted(s.index for group in facts.moving for s in group.statements)
    return facts.in_place and moved[-1] - moved[0] == len(moved) - 1


def _comes_later(facts: Facts) -> bool:
    """Does a definition that stays stand above one that moves?"""
    staying = [group.index for group in facts.staying if group.names and not all(s.is_import for s in group.statements)]
    return bool(staying) and min(staying) < max(group.index for group in facts.moving)
