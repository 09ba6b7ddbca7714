"""Somebody names a moved definition by its old path, in a text that can't be rewritten with certainty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from codemods.bindings import Module
from codemods.model import Hazard, Place, Reexport, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.lazy_reexports import bound_names
from codemods.planning.references.module_escapes import handed_on
from codemods.planning.references.text_references import Mention

CODE = "old-path"
TITLE = "somebody uses a moved definition by its old path"
MEANING = """
A string, a notebook, a document or an attribute of the old module names a moved definition where it stood. As
long as the old module passes the name on, nothing is wrong, and the places are listed. With --deprecate they get a
warning. With --no-reexport the old path ends: the move is refused as long as anybody in the tree may go that way.
"""
EXAMPLE = """
-- shop/worker.py --
class Status: ...
-- shop/loading.py --
import importlib

def status():
    return getattr(importlib.import_module("shop.worker"), "Status")
-- move --
shop/worker.py shop/status.py Status --no-reexport
"""


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _mentions(facts)
    if facts.move.reexport is Reexport.NONE:
        yield from _users(facts, "and the move removes it there", Severity.REFUSES)
    elif facts.move.deprecate:
        yield from _users(facts, "which gives a warning now", Severity.DECLARED)


def _mentions(facts: Facts) -> Iterator[Hazard]:
    """Texts, one hazard a file."""
    dotted = facts.project.names.dotted(facts.move.source)
    silent = bound_names(facts) if facts.move.deprecate else {}
    by_file: dict[tuple[str, bool], list[Mention]] = defaultdict(list)
    for mention in facts.mentions:
        if mention.edit is None:
            by_file[mention.place.path, mention.acted_upon].append(mention)
    for (_, acted_upon), mentions in sorted(by_file.items()):
        first = mentions[0]
        more = f", and {len(mentions) - 1} more in this file," if len(mentions) > 1 else ""
        said = f"this{more} still names `{first.name}` as `{dotted}.{first.name}`"
        ends = facts.move.reexport is Reexport.NONE
        if ends and acted_upon:
            yield Hazard(CODE, first.place, f"{said}, a path that ends", _remedies(facts))
        else:
            warns = facts.move.deprecate and first.name not in silent
            goes_on = "which gives a warning now" if warns else "which keeps working"
            fate = "which no longer exists" if ends else goes_on
            yield Hazard(CODE, first.place, f"{said}, {fate}", (), Severity.DECLARED)


def _users(facts: Facts, fate: str, severity: Severity) -> Iterator[Hazard]:
    """Code that reaches a moved name through the old module, or is promised it there."""
    referrers, moved = facts.referrers, facts.moved_names
    found: list[tuple[Place, str, str]] = []
    for kind, places in (("reads", referrers.chained), ("sets", referrers.assigned)):
        found += [
            (place, name, f"{kind} `{name}`")
            for name in sorted(moved & places.keys())
            for place in places[name]
            if not (kind == "reads" and (facts.accesses.get(place.path) or _of_the_destination(facts, place)))
        ]
    found += [(s.place, s.name, f"replaces `{s.name}`") for s in referrers.patch_targets if _stays(facts, s.name)]
    for module in referrers.stars:
        brought = sorted(
            n for n in moved if facts.project.exports(facts.move.source, n) and n not in module.definitions
        )
        if not facts.move.goes_on and (module.path in facts.accesses or not _read_by(module, brought)):
            continue
        found += [
            (Place(module.path, module.stars[0].node.lineno), name, f"gets `{name}` by a star import")
            for name in brought
        ]
    if facts.move.reexport is Reexport.NONE:
        name = facts.move.names[0]
        found += [
            (place, name, f"passes the module on as an object, where `{name}` may be read,")
            for place in handed_on(facts)
        ]
    listed = sorted(moved & set(facts.source.exported or ())) if facts.move.goes_on else []
    found += [(Place(facts.move.source), name, f"lists `{name}` in `__all__`") for name in listed]
    silent = bound_names(facts) if facts.move.deprecate else {}
    for place, _, what in sorted(item for item in set(found) if item[1] not in silent):
        remedies = _remedies(facts) if severity is Severity.REFUSES else ()
        yield Hazard(CODE, place, f"this {what} through {facts.move.source}, {fate}", remedies, severity)


def _of_the_destination(facts: Facts, place: Place) -> bool:
    own = facts.own_accesses
    if own is None or place.path != facts.move.destination:
        return False
    return any(own.module.source.text.count("\n", 0, edit.start) + 1 == place.line for edit in own.edits)


def _read_by(module: Module, names: Collection[str]) -> bool:
    read = {r.name for s in module.statements for r in s.references} | set(module.exported or ())
    return bool(read & set(names)) or module.path.endswith("/__init__.py")


def _stays(facts: Facts, name: str) -> bool:
    return name in facts.moved_names and name not in facts.followed


def _remedies(facts: Facts) -> tuple[str, ...]:
    return (f"leave out --no-reexport, and let it use {facts.move.destination} after the move",)
