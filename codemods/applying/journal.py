"""What a write is about to do, kept on disk until it is done; then kept as the record that undo reads.

One file holds everything: old bytes, new bytes, modes, folders. So whatever instant a process dies at, the
tree can be brought back from the journal alone. It comes to be, and becomes the record, by one rename each:

    no journal        nothing of the tree has been touched, or the write is finished
    journal.json      a write has begun and is not finished

The record of the last finished write is kept beside the user's other state, not in the tree: $XDG_STATE_HOME, or
~/.local/state, in codemods/<digest of the root>/last.json.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.applying.disk import Disk
from codemods.model import Hazard, Place, Refused

FOLDER = ".codemods"
_VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One file: path below the root (no symlink in it), bytes before and after, mode (None: new)."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None


@dataclass(frozen=True)
class Journal:
    """One write: a move, or the undoing of one; with the folders that it makes and takes away."""

    token: str
    kind: str
    entries: tuple[Entry, ...]
    made: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def temporary(self, root: Path, entry: Entry, side: str) -> Path:
        """The file beside ``entry`` in which its ``new`` or ``old`` bytes are written before the rename."""
        return (root / entry.path).parent / f".codemods-{self.token}-{self.entries.index(entry)}.{side}"

    def to_json(self) -> bytes:
        files = [
            {"path": e.path, "before": _text(e.before), "after": _text(e.after), "mode": e.mode} for e in self.entries
        ]
        data = {
            "version": _VERSION,
            "token": self.token,
            "kind": self.kind,
            "files": files,
            "made": self.made,
            "dropped": self.dropped,
        }
        return json.dumps(data, indent=1).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> Journal:
        """Raises ValueError, KeyError or TypeError for anything that ``to_json`` didn't write."""
        data: dict[str, Any] = json.loads(raw)
        if data["version"] != _VERSION or not data["token"].isalnum():
            raise ValueError("a journal of another version")
        entries = tuple(
            Entry(_inside(e["path"]), _bytes(e["before"]), _bytes(e["after"]), _mode(e["mode"])) for e in data["files"]
        )
        made, dropped = (tuple(map(_inside, data[key])) for key in ("made", "dropped"))
        return cls(data["token"], str(data["kind"]), entries, made, dropped)


def state_folder(root: Path) -> Path:
    """Where the record of the last write in this tree is kept."""
    base = Path(os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser())
    if not base.is_absolute():
        base = Path(tempfile.gettempdir())
    return base / "codemods" / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


class Store:
    """The folder ``.codemods`` in the root of a tree. It ignores itself, so git never sees it."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.root = root
        self.disk = disk
        self.folder = root / FOLDER
        self._ignore = self.folder / ".gitignore"
        self._draft = self.folder / "journal.new"
        self._journal = self.folder / "journal.json"
        self._last = state_folder(root) / "last.json"

    @property
    def unfinished(self) -> bool:
        return self._journal.is_file()

    def begin(self, journal: Journal) -> None:
        """From here on a process that dies leaves a tree that can be brought back."""
        self.disk.make_folder(self.folder)
        self.disk.remove(self._draft)
        if not self._ignore.exists():
            self.disk.write_new(self._ignore, b"*\n", None)
        self.disk.write_new(self._draft, journal.to_json(), 0o600)
        self.disk.replace(self._draft, self._journal)
        self.disk.sync_folder(self.folder)

    def finish(self) -> None:
        """The write stands; its journal becomes the record for undo, where one can be kept."""
        try:
            self._keep(self._journal.read_bytes())
        except OSError:
            self.forget()  # of the two, none is better than an older one
        self.disk.remove(self._journal)
        self.disk.sync_folder(self.folder)
        self.tidy()

    def _keep(self, record: bytes) -> None:
        folder, draft = self._last.parent, self._last.with_suffix(".new")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.disk.remove(draft)
        self.disk.write_new(draft, record, 0o600)
        self.disk.replace(draft, self._last)

    def abandon(self) -> None:
        """The tree is as it was before the write."""
        self.disk.remove(self._journal)
        self.disk.sync_folder(self.folder)

    def forget(self) -> None:
        """No move is left to be taken back."""
        with suppress(OSError):
            self.disk.remove(self._last)

    def tidy(self) -> None:
        """Take away what a write left here, and the folder too."""
        if not self.folder.is_dir() or self.folder.is_symlink() or self.unfinished:
            return
        with suppress(OSError):  # Left-overs harm nobody.
            if self._draft.exists():
                self.disk.remove(self._draft)
            if set(self.folder.iterdir()) <= {self._ignore}:
                self.disk.remove(self._ignore)
                self.disk.remove_folder(self.folder)

    def journal(self) -> Journal:
        """The unfinished write."""
        help_ = "look at the tree (git status), put it right by hand, and delete this file"
        return self._load(self._journal, help_)

    def last(self) -> Journal | None:
        """The last finished write, if one is recorded."""
        return (
            self._load(self._last, "delete this file; the move can't be taken back") if self._last.is_file() else None
        )

    def _load(self, path: Path, remedy: str) -> Journal:
        try:
            return Journal.from_json(path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            place = Place(f"{FOLDER}/{path.name}" if path == self._journal else str(path))
            raise Refused(
                Hazard("journal", place, f"this record of a write can't be read ({error})", (remedy,))
            ) from error


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def _mode(mode: int | None) -> int | None:
    return None if mode is None else int(mode) & 0o777


def _inside(path: str) -> str:
    """A path that a foreign journal can't use to reach outside of the tree by its spelling."""
    if not path or path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise ValueError(f"the path {path!r} is not inside of the tree")
    return path
