"""Tests and plugins replace names that moved code looks up."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.patches import call_readers

CODE = "patched-name"
TITLE = "a name that moved code looks up is replaced by tests"
MEANING = """`mock.patch("shop.worker.sleep")`, `monkeypatch.setattr`, `patch.object(module, "sleep")` replace a name
in one module, and only code that looks it up there sees it. Where all readers of a name moved, a string that names it
follows them. Where readers are on both sides, or the place holds the module itself, moved code reads the name through
the source. A builtin can't be read so: the source has no `open` until a test puts one there; nor a name that a test
deletes, for which an import raises ImportError, and a name by itself NameError."""
EXAMPLE = """
-- shop/worker.py --
from time import sleep
def beat():
    sleep(1)
def work():
    sleep(2)
-- tests/test_beat.py --
from unittest import mock
@mock.patch("shop.worker.sleep")
def test_beat(sleep): ...
-- move --
shop/worker.py shop/beats.py beat
"""


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _of_builtins(facts)
    yield from _of_deleted(facts)
    reported: set[str] = set()
    for patch in facts.referrers.patch_targets:
        if patch.name in reported or not call_readers(facts.groups, patch.name) & facts.moving.keys():
            continue
        if patch.name in facts.followed:
            reason = (
                f"this replaces `{patch.name}`, and names {facts.move.destination} now, where the code that reads it is"
            )
        elif patch.name in facts.read_through_source & facts.source.binds:
            reason = f"this replaces `{patch.name}` in {facts.move.source}: moved code reads it there when it is called"
        else:
            continue
        reported.add(patch.name)
        yield Hazard(CODE, patch.place, reason, (), Severity.HANDLED)


def _of_builtins(facts: Facts) -> Iterator[Hazard]:
    names = (facts.read_through_source & {*dir(builtins)}) - facts.source.binds
    for name in sorted(names):
        if call_readers(facts.groups, name) & facts.moving.keys():
            patched = [patch.place for patch in facts.referrers.patch_targets if patch.name == name]
            place = next(iter([*patched, *facts.referrers.assigned.get(name, ())]))
            reason = f"this replaces `{name}` in {facts.move.source}, which does not bind it after the move"
            help_ = f"let it replace `{name}` in {facts.move.destination} too, or pass it in as an argument"
            yield Hazard(CODE, place, reason, (help_,))


def _of_deleted(facts: Facts) -> Iterator[Hazard]:
    deleted = {patch.name: patch.place for patch in facts.referrers.patch_targets if patch.deletes and not patch.rest}
    for name, places in facts.referrers.assigned.items():
        deleted |= [(name, place) for place in places if _is_deleted_at(facts, place)]
    for name in sorted(deleted.keys() & facts.read_through_source & facts.source.binds):
        readers = call_readers(facts.groups, name)
        if readers & facts.moving.keys():
            staying = sorted(g.names[0] for g in readers - facts.moving.keys() if g.names)
            reason = f"this deletes `{name}`, and moved code, which raised NameError then, would raise ImportError"
            together = f"move all readers, and the name: --with {' --with '.join(dict.fromkeys([name, *staying]))}"
            remedies = (together, "let it replace the name by a function that raises, first")
            yield Hazard(CODE, deleted[name], reason, remedies)


def _is_deleted_at(facts: Facts, place: Place) -> bool:
    """``del orders.fast``"""
    module = facts.project.module(place.path)
    deleted = (n for n in module.source.nodes.of(ast.Attribute) if isinstance(n.ctx, ast.Del))
    return any(module.source.place(node) == place for node in deleted)
