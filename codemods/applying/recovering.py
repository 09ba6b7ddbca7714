"""Takes up a write that was interrupted: finishes it if all is written, else brings the old tree back."""

from __future__ import annotations

from pathlib import Path

from codemods.applying.checking import current, real_root
from codemods.applying.disk import Disk, Steps, locked
from codemods.applying.journal import Store
from codemods.applying.writing import clear, drop_folders, roll_back


def recover(root: Path, *, steps: Steps | None = None) -> str | None:
    """Bring a tree with an interrupted write back to one state; says what was done (None: nothing).

    May itself be killed at any point and run again. Raises Refused if a file was changed in between.
    """
    root = real_root(root)
    store = Store(root, Disk(steps))
    with locked(root):
        if not store.unfinished:
            store.tidy()
            return None
        journal = store.journal()
        files = f"{len(journal.entries)} file{'s' if len(journal.entries) != 1 else ''}"
        what = "move" if journal.undoes is None else "undo"
        if all(current(root, entry) == entry.after for entry in journal.entries):
            clear(journal, store)  # A write that was being taken back may have left some.
            drop_folders(journal, store)
            store.finish(journal)
            return f"an interrupted {what} was finished: {files} written"
        roll_back(journal, store)
        store.tidy()
        return f"an interrupted {what} was taken back: {files} as before"
