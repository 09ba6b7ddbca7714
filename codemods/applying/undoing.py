"""Takes the last move back."""

from __future__ import annotations

import secrets
from pathlib import Path

from codemods.applying.checking import entries_of, missing_folders, real_root
from codemods.applying.disk import Disk, Steps, locked
from codemods.applying.journal import Journal, Store
from codemods.applying.writing import carry_out, refuse_unfinished
from codemods.model import ChangeSet, Hazard, Refused


def undo(root: Path, *, steps: Steps | None = None) -> tuple[str, ...]:
    """Take the last move back, whole or not at all; the files that changed, none if no move is recorded.

    Raises Refused, naming the files, if one of them changed since the move.
    """
    root = real_root(root)
    store = Store(root, Disk(steps))
    with locked(root):
        refuse_unfinished(store)
        last = store.last()
        if last is None or last.kind != "move":
            return ()
        back = ChangeSet({e.path: e.after for e in last.entries}, {e.path: e.before for e in last.entries})
        try:
            entries = entries_of(back, root, {e.path: e.mode for e in last.entries})
        except Refused as refused:
            raise Refused(*map(_as_undo, refused.hazards)) from refused
        made = missing_folders(entries, root)
        carry_out(Journal(secrets.token_hex(4), "undo", entries, made, tuple(reversed(last.made))), store)
        store.forget()
        store.tidy()
        return tuple(entry.path for entry in entries)


def _as_undo(hazard: Hazard) -> Hazard:
    if hazard.code not in ("changed-since", "vanished"):
        return hazard
    help_ = "bring the file back to what the move wrote, or take the move back by hand"
    return Hazard(hazard.code, hazard.place, "the file changed since the move, so the move is not taken back", (help_,))
