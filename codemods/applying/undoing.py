"""Takes the last move back, and then the one before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from codemods.applying.checking import current, entries_of, missing_folders, real_root
from codemods.applying.disk import Disk, Steps, locked
from codemods.applying.git import digest
from codemods.applying.journal import Journal, Store
from codemods.applying.writing import carry_out, refuse_unfinished
from codemods.model import ChangeSet, Hazard, Refused


def undo(root: Path, *, steps: Steps | None = None) -> tuple[str, ...]:
    """Take the last move back, whole or not at all; the files that changed, none if no move is recorded.

    Called again it takes the move before that back. Raises Refused, naming the files, if one of them changed since.
    """
    root = real_root(root)
    store = Store(root, Disk(steps))
    with locked(root):
        refuse_unfinished(store)
        if not store.numbers:
            return ()
        number = store.numbers[-1]
        last = store.move(number)
        back = ChangeSet({e.path: e.after for e in last.entries}, {e.path: e.before for e in last.entries})
        try:
            entries = entries_of(back, root, {e.path: e.mode for e in last.entries})
        except Refused as refused:
            raise Refused(*map(_as_undo, refused.hazards)) from refused
        made = missing_folders(entries, root)
        carry_out(Journal(secrets.token_hex(4), entries, made, tuple(reversed(last.made)), number), store)
        store.tidy()
        return tuple(entry.path for entry in entries)


def forget_taken_back(root: Path) -> bool:
    """Was the last move taken back by other means (git)? Then its record is taken away."""
    root = real_root(root)
    store = Store(root, Disk())
    with locked(root):
        if store.unfinished or not store.numbers:
            return False
        number = store.numbers[-1]
        if any(current(root, entry) != entry.before for entry in store.move(number).entries):
            return False
        store.forget(number)
        return True


def written(root: Path) -> Mapping[str, str]:
    """The files that moves wrote and that undo can bring back, each with the digest of what was last written."""
    try:
        store = Store(real_root(root), Disk())
        moves = [store.move(number) for number in store.numbers]
    except Refused:
        return {}
    return {entry.path: digest(entry.after) for move in moves for entry in move.entries if entry.after is not None}


def _as_undo(hazard: Hazard) -> Hazard:
    if hazard.code not in ("changed-since", "vanished"):
        return hazard
    gone = hazard.code == "vanished"
    reason = f"the file {'is gone' if gone else 'changed'} since the move, so the move is not taken back"
    help_ = "bring the file back to what the move wrote, or take the move back by hand"
    return Hazard(hazard.code, hazard.place, reason, (help_,))
