"""The old import paths that earlier commands kept in a module: a later one leaves them, though nothing reads them there
by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from codemods.applying.disk import Disk
from codemods.applying.journal import OldPaths, Store
from codemods.model import Disposition, Move, Plan, Refused


def old_paths(plan: Plan) -> OldPaths:
    """What a plan says that a later one has to know."""
    going = [group for group in plan.groups if group.disposition is not Disposition.STAYS]
    kept = {
        (move.source, name)
        for move in plan.moves
        if move.names and move.goes_on
        for name in (*move.names, *(n for g in going if g.place.path == move.source for n in g.names))
        if name in move.names or not name.startswith("_")
    }
    went = {(move.source, move.destination) for move in plan.moves if not move.names}
    return OldPaths(tuple(sorted(kept)), tuple(sorted(went)))


def with_old_paths(moves: Iterable[Move], root: Path) -> tuple[Move, ...]:
    """The moves, with the names that earlier ones took out of their sources, which go on offering them."""
    try:
        store = Store(root, Disk())
        records = [store.move(number).paths for number in store.numbers]
    except Refused:  # No state folder, or records that can't be read: nothing is known of earlier moves.
        records = []
    kept: set[tuple[str, str]] = set()
    for record in records:
        goes = dict(record.went)
        kept = {(goes.get(path, path), name) for path, name in (*kept, *record.kept)}
    by_source = {move: tuple(sorted(name for path, name in kept if path == move.source)) for move in moves}
    return tuple(replace(move, offered=names) if names else move for move, names in by_source.items())
