"""Writes a change set whole or not at all.

First everything is checked, then the journal is written, then every new file beside its place; only when all
of these are on the disk do the renames begin, which need no space. Whatever stops it brings the old tree back.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from codemods.applying.checking import current, entries_of, missing_folders, ordinary_bytes, real_root
from codemods.applying.disk import Disk, Steps, locked
from codemods.applying.journal import Entry, Journal, OldPaths, Store
from codemods.applying.old_paths import old_paths
from codemods.model import ChangeSet, Hazard, Place, Plan, Refused

_RECOVER = "run `codemods recover`"


def apply(changes: ChangeSet, root: Path, plan: Plan | None = None, *, steps: Steps | None = None) -> None:
    """Write ``changes`` into the tree at ``root``: all of them, or (raising) none. What ``plan`` says of old import
    paths is kept in the record.

    Raises Refused before the first write if a file is read-only, has vanished, changed since it was read, or
    is reached by a symlink out of the root; and, the tree brought back, if the disk fails in the middle.
    ``steps`` is called before each call that changes the disk.
    """
    root = real_root(root)
    disk = Disk(steps)
    if not changes.paths:
        return
    with locked(root):
        store = Store(root, disk)
        refuse_unfinished(store)
        entries = entries_of(changes, root)
        made, paths = missing_folders(entries, root), OldPaths() if plan is None else old_paths(plan)
        carry_out(Journal(secrets.token_hex(4), entries, made, paths=paths), store)


def refuse_unfinished(store: Store) -> None:
    """A tree with half a move in it is no tree to write in."""
    if store.unfinished:
        reason = "an earlier move was interrupted while it was being written"
        raise Refused(Hazard("unfinished", Place(str(store.root)), reason, (_RECOVER,)))


def carry_out(journal: Journal, store: Store) -> None:
    """Do what a journal says; on any failure bring the tree back, then raise."""
    renamed: set[str] = set()
    try:
        store.begin(journal)
        _write_beside(journal, store)
        _rename(journal, store, renamed)
        drop_folders(journal, store)
        store.finish(journal)
    except BaseException as error:
        began = store.unfinished
        if began:
            try:
                roll_back(journal, store, lambda entry: entry.path in renamed)
            except OSError as second:
                raise _failed(second, "the tree could not be restored yet", _RECOVER) from error
        elif len(renamed) == len(journal.entries):
            return  # The journal is the record already: the write stands, whatever came after.
        store.tidy()
        if isinstance(error, OSError):
            raise _failed(error, "everything is as it was") from error
        raise


def roll_back(journal: Journal, store: Store, ours: Callable[[Entry], bool] = lambda entry: True) -> None:
    """Bring the old tree back. Safe to be stopped at any point and begun again.

    A file that is neither old nor new was changed by somebody else: if it was ``ours`` to bring back, nothing
    is done and Refused is raised; otherwise it stays as they left it.
    """
    root, disk = store.root, store.disk
    clear(journal, store)
    changed = []
    for entry in journal.entries:
        now = current(root, entry)
        if now == entry.after:
            changed.append(entry)
        elif now != entry.before and ours(entry):
            raise _changed_since(entry, store)
    for folder in reversed(journal.dropped):
        if not (root / folder).exists():
            disk.make_folder(root / folder)
    for entry in changed:
        beside, target = journal.temporary(root, entry, "old"), root / entry.path
        if entry.before is not None:
            disk.write_new(beside, entry.before, entry.mode, target if entry.after is not None else None)
        if not put(disk, beside, target, entry.after, entry.before) and ours(entry):
            raise _changed_since(entry, store)
    _sync(store, (entry.path for entry in changed))
    for folder in reversed(journal.made):
        disk.remove_folder(root / folder)
    store.abandon()


def _changed_since(entry: Entry, store: Store) -> Refused:
    reason = "an interrupted write can't be taken back: this file was changed since"
    help_ = "bring the file back to what it was (git checkout) and run `codemods recover`"
    keep = f"or delete {store.folder / 'journal.json'}, to keep the tree as it is"
    return Refused(Hazard("changed-since", Place(entry.path), reason, (help_, keep)))


def drop_folders(journal: Journal, store: Store) -> None:
    """Take away the folders that an undone move had made."""
    for folder in journal.dropped:
        store.disk.remove_folder(store.root / folder)


def _write_beside(journal: Journal, store: Store) -> None:
    """Every new file on the disk, under a temporary name in the folder where it will stand."""
    root, disk = store.root, store.disk
    for folder in journal.made:
        disk.make_folder(root / folder)
    for entry in journal.entries:
        if entry.after is not None:
            like = root / entry.path if entry.before is not None else None
            disk.write_new(journal.temporary(root, entry, "new"), entry.after, entry.mode, like)


def _rename(journal: Journal, store: Store, renamed: set[str]) -> None:
    root = store.root
    for entry in journal.entries:
        beside, target = journal.temporary(root, entry, "new"), root / entry.path
        same = current(root, entry) == entry.before
        if not same or not put(store.disk, beside, target, entry.before, entry.after):
            reason = "the file changed while the move was being written; everything else is as it was"
            raise Refused(Hazard("changed-since", Place(entry.path), reason, ("run the command again",)))
        renamed.add(entry.path)
    _sync(store, (entry.path for entry in journal.entries))


def put(disk: Disk, beside: Path, target: Path, old: bytes | None, new: bytes | None) -> bool:
    """Let ``new``, which stands ``beside``, take the place of ``old``; False if something else stood there, which then
    stands there again.

    What is displaced is looked at afterwards, when nobody can reach it by its name any more.
    """
    try:
        if old is None:
            disk.move_to_free(beside, target)
            return True
        if new is None:
            disk.move_to_free(target, beside)
        elif not disk.exchange(beside, target):
            disk.replace(beside, target)
            return True
    except (FileExistsError, FileNotFoundError):
        return False
    if ordinary_bytes(beside) == old:
        disk.remove(beside)
        return True
    give_back(disk, beside, target)
    return False


def _sync(store: Store, paths: Iterable[str]) -> None:
    for folder in sorted({(store.root / path).parent for path in paths}):
        if folder.is_dir():
            store.disk.sync_folder(folder)


def clear(journal: Journal, store: Store) -> None:
    """Take temporary files away; one that holds what somebody wrote in the last instant is put back in its place."""
    for entry in journal.entries:
        target = store.root / entry.path
        for side, brought in (("new", entry.after), ("old", entry.before)):
            beside = journal.temporary(store.root, entry, side)
            with suppress(NotADirectoryError):
                displaced = os.path.lexists(beside) and ordinary_bytes(target) == brought
                if displaced and ordinary_bytes(beside) not in (entry.before, entry.after):
                    give_back(store.disk, beside, target)
                if os.path.lexists(beside):
                    store.disk.remove(beside)


def give_back(disk: Disk, beside: Path, target: Path) -> None:
    """What stands beside goes where it stood; what stands there now is ours."""
    if not os.path.lexists(target):
        disk.move_to_free(beside, target)
    elif not disk.exchange(beside, target):
        disk.replace(beside, target)


def _failed(error: OSError, state: str, *remedies: str) -> Refused:
    full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    what = "the disk is full" if full else f"writing failed ({error.strerror or error})"
    place = Place(str(error.filename or "the tree"))
    return Refused(Hazard("disk-full" if full else "write-failed", place, f"{what}; {state}", remedies))
