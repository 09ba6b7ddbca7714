"""What a write is about to do, kept on disk until it is done; then kept as the record that undo reads.

One file holds everything: old bytes, new bytes, modes, folders. So whatever instant a process dies at, the
tree can be brought back from the journal alone. It comes to be, and becomes the record, by one rename each:

    no journal        nothing of the tree has been touched, or the write is finished
    journal.json      a write has begun and is not finished
    moves/7.json      the seventh move that was finished; undo takes the last one back, and then the one before

All of them stand in the user's state folder (see ``state``), and none in the tree.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codemods.applying.disk import Disk
from codemods.applying.state import JOURNAL, refuse_unusable, state_folder
from codemods.model import Hazard, Place, Refused
from codemods.project.walking import within

_VERSION = 2
# So many moves can be taken back, one after the other.
KEPT = 20


@dataclass(frozen=True)
class Entry:
    """One file: path below the root (no symlink in it), bytes before and after, mode (None: new)."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None


@dataclass(frozen=True)
class OldPaths:
    """What a later move has to know of one: (module, name) for each old import path that it ``kept``, and (old, new)
    for each module that ``went`` to another file."""

    kept: tuple[tuple[str, str], ...] = ()
    went: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Journal:
    """One write: a move, or the undoing of one (``undoes``: the number of its record); with the folders that it makes
    and takes away. ``paths``: the old import paths that it keeps, and modules that went to another file."""

    token: str
    entries: tuple[Entry, ...]
    made: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    undoes: int | None = None
    paths: OldPaths = OldPaths()

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
            "undoes": self.undoes,
            "files": files,
            "made": self.made,
            "dropped": self.dropped,
            "kept": self.paths.kept,
            "went": self.paths.went,
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
        made, dropped = (tuple(_inside(f"{one}/.")[:-2] for one in data[key]) for key in ("made", "dropped"))
        undoes = data["undoes"]
        # Records of earlier versions have neither.
        kept, went = (tuple((str(one), str(two)) for one, two in data.get(key, ())) for key in ("kept", "went"))
        return cls(data["token"], entries, made, dropped, None if undoes is None else int(undoes), OldPaths(kept, went))


class Store:
    """The records of one tree. Making one touches nothing; raises Refused where the user has no state folder."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.root = root
        self.disk = disk
        self.folder = state_folder(root)
        self._draft = self.folder / "journal.new"
        self._journal = self.folder / JOURNAL
        self._moves = self.folder / "moves"

    @property
    def unfinished(self) -> bool:
        return self._journal.is_file()

    def begin(self, journal: Journal) -> None:
        """From here on a process that dies leaves a tree that can be brought back."""
        refuse_unusable(self.folder)
        for folder in (*reversed(self.folder.parents), self.folder, self._moves):
            if not folder.exists():
                self.disk.make_folder(folder, 0o700)
        self.disk.remove(self._draft)
        self.disk.write_new(self._draft, journal.to_json(), 0o600)
        self.disk.replace(self._draft, self._journal)
        self.disk.sync_folder(self.folder)

    def finish(self, journal: Journal) -> None:
        """The write stands; its journal becomes a record, or ends the one that it undid."""
        if journal.undoes is None:
            self.disk.replace(self._journal, self._record(max(self.numbers, default=0) + 1))
            for number in self.numbers[:-KEPT]:
                self.forget(number)
        else:
            self.disk.remove(self._record(journal.undoes))
            self.disk.remove(self._journal)
        self.disk.sync_folder(self.folder)

    def abandon(self) -> None:
        """The tree is as it was before the write."""
        self.disk.remove(self._journal)
        self.disk.sync_folder(self.folder)

    def forget(self, number: int) -> None:
        """That move is not to be taken back any more."""
        with suppress(OSError):
            self.disk.remove(self._record(number))

    def tidy(self) -> None:
        """Take away a journal that was never begun with."""
        if self._draft.exists() and not self.unfinished:
            with suppress(OSError):  # Left-overs harm nobody.
                self.disk.remove(self._draft)

    def journal(self) -> Journal:
        """The unfinished write."""
        help_ = "look at the tree (git status), put it right by hand, and delete this file"
        return self._load(self._journal, help_)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The finished moves that can be taken back, the oldest first."""
        if not self._moves.is_dir():
            return ()
        return tuple(sorted(int(path.stem) for path in self._moves.glob("*.json") if path.stem.isdecimal()))

    def move(self, number: int) -> Journal:
        """A finished move."""
        return self._load(self._record(number), "delete this file; the move can't be taken back")

    def _record(self, number: int) -> Path:
        return self._moves / f"{number}.json"

    def _load(self, path: Path, remedy: str) -> Journal:
        try:
            return Journal.from_json(path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"this record of a write can't be read ({error})"
            raise Refused(Hazard("journal", Place(str(path)), reason, (remedy,))) from error


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def _mode(mode: int | None) -> int | None:
    return None if mode is None else int(mode) & 0o777


def _inside(path: str) -> str:
    """A path of the tree, and in no folder that codemods does not enter (.git, hidden ones), whoever wrote it."""
    if not within(path) or "\0" in path:
        raise ValueError(f"the path {path!r} is not inside of the tree")
    return path
