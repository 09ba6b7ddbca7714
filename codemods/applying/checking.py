"""What must be true of the disk before the first byte is written; everything else is refused here."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NoReturn

from codemods.applying.journal import Entry
from codemods.applying.state import refuse_unusable, state_folder
from codemods.model import ChangeSet, Hazard, Place, Refused
from codemods.project.walking import case_twin, within

_ALLOW = "give yourself permission to read it and to enter its folders"
_ROOT = "name the folder of the project"
_AGAIN = "run the command again: it then reads the file as it is now"


def entries_of(changes: ChangeSet, root: Path, modes: Mapping[str, int | None] | None = None) -> tuple[Entry, ...]:
    """The files to be written, as they stand on disk; raises Refused with every reason not to begin.

    ``root`` has no symlink in it. ``modes`` are for files that come back after they were taken away.
    """
    found: dict[str, Entry] = {}
    hazards: list[Hazard] = []
    for path in changes.paths:
        before, after = changes.before.get(path), changes.after[path]
        try:
            entry = _entry(path, before, after, root, (modes or {}).get(path))
            twin = found.setdefault(entry.path, entry)
            if twin.after != after:
                _refuse("symlink", path, f"it is {entry.path} by a link, and the two would be written differently")
        except Refused as refused:
            hazards.extend(refused.hazards)
        except OSError as error:
            hazards.append(
                Hazard("no-permission", Place(path), f"it can't be looked at ({error.strerror or error})", (_ALLOW,))
            )
    if found or hazards:
        hazards.extend(_state_hazards(root))
    if hazards:
        raise Refused(*hazards)
    return tuple(found.values())


def refuse_unwritable(changes: ChangeSet, root: Path) -> None:
    """Refused with every reason not to begin; nothing is written."""
    entries_of(changes, real_root(root))


def real_root(root: Path) -> Path:
    """The root without symlinks; raises Refused if it is no folder."""
    try:
        real = root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        reason = "there is no such folder" if isinstance(error, FileNotFoundError) else f"it can't be opened ({error})"
        raise Refused(Hazard("no-root", Place(str(root)), reason, (_ROOT,))) from error
    if not real.is_dir():
        raise Refused(Hazard("no-root", Place(str(root)), "it is not a folder", (_ROOT,)))
    return real


def missing_folders(entries: tuple[Entry, ...], root: Path) -> tuple[str, ...]:
    """Folders that new files need and that aren't there, the outer before the inner."""
    missing: dict[str, None] = {}
    for entry in entries:
        if entry.after is not None:
            parents = [parent.as_posix() for parent in PurePosixPath(entry.path).parents][:-1]
            missing.update(dict.fromkeys(p for p in reversed(parents) if not (root / p).exists()))
    return tuple(missing)


def current(root: Path, entry: Entry) -> bytes | None:
    """The bytes of a journalled file now; refuses to look through a link that was put in its way."""
    path = root / entry.path
    if path.is_symlink() or path.parent.resolve() != path.parent:
        _refuse("symlink", entry.path, "somebody put a symlink there after the write began", "delete that symlink")
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def ordinary_bytes(path: Path) -> bytes | None:
    """The bytes of an ordinary file; None for anything else, and for nothing."""
    try:
        return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def _entry(path: str, before: bytes | None, after: bytes | None, root: Path, mode: int | None) -> Entry:
    if not within(path):
        _refuse("outside-root", path, "it is not a file of the tree")
    link = root / path
    try:
        real: Path | None = link.resolve()
    except (OSError, RuntimeError):
        real = None
    if real is None or real.is_symlink():  # Python 3.13 gives the link back, older ones raise.
        _refuse("symlink", path, "it is a symlink that leads to itself")
    if not real.is_relative_to(root):
        _refuse(
            "symlink",
            path,
            f"a symlink leads out of the tree, to {real}",
            "give the folder it leads to as --root",
        )
    relative = real.relative_to(root).as_posix()
    if not within(relative):
        _refuse("symlink", path, f"a symlink leads to {relative}, which codemods does not enter")
    if after is None and real != link:
        _refuse("symlink", path, f"it is a symlink to {relative}, which would be deleted", f"name {relative}")
    if not os.path.lexists(real):
        if link.is_symlink():
            _refuse("symlink", path, f"it is a symlink to {relative}, and there is no such file")
        if before is not None:
            _refuse("vanished", path, "somebody removed the file after it was read", _AGAIN)
        if twin := case_twin(root, relative):
            reason = f"{twin} stands there, and on macOS and Windows the two would be one"
            _refuse("case", path, reason, "choose a name that differs by more than case")
    else:
        mode = stat.S_IMODE(real.stat().st_mode)
        _standing(path, real, before, root)
    _folder(path, real.parent, root)
    return Entry(relative, before, after, mode)


def _standing(path: str, real: Path, before: bytes | None, root: Path) -> None:
    """A file that is there may be written over if it can be, and is what was read."""
    if not real.is_file():
        _refuse("not-a-file", path, "it is not an ordinary file")
    if real.stat().st_nlink > 1:
        reason = "the file has another name (a hard link), and would keep its old text under that"
        _refuse(
            "hard-link", path, reason, f"give it a copy of its own: cp -p {path} {path}.own && mv {path}.own {path}"
        )
    if before is None:
        _refuse("changed-since", path, "somebody made this file after the tree was read", _AGAIN)
    if not os.access(real, os.W_OK) or _protected(real, root):
        _refuse("read-only", path, "the file is read-only", f"chmod u+w {path}")
    try:
        now = real.read_bytes()
    except OSError as error:
        _refuse("no-permission", path, f"the file can't be read ({error.strerror})", _ALLOW)
    if now != before:
        _refuse("changed-since", path, "the file changed since it was read", _AGAIN)


def _protected(path: Path, root: Path) -> bool:
    """Is the file read-only on purpose? The system may still allow writing it (to root). A tree that is read-only from
    its root down is a copy of such a tree: that says nothing of one file."""
    return not path.stat().st_mode & 0o222 and bool(root.stat().st_mode & 0o222)


def _folder(path: str, folder: Path, root: Path) -> None:
    """The nearest folder that is there must let files be made in it."""
    while not os.path.lexists(folder):
        folder = folder.parent
    if not folder.is_dir():
        _refuse("not-a-folder", path, f"{folder.name} is not a folder", "name another destination")
    if not os.access(folder, os.W_OK | os.X_OK) or _protected(folder, root):
        _refuse(
            "read-only",
            path,
            f"its folder {folder.name} is read-only",
            "give yourself write permission on it",
        )


def _state_hazards(root: Path) -> list[Hazard]:
    """The journal must have a place to stand in."""
    try:
        refuse_unusable(state_folder(root))
    except Refused as refused:
        return list(refused.hazards)
    return []


def _refuse(code: str, path: str, reason: str, *remedies: str) -> NoReturn:
    raise Refused(Hazard(code, Place(path), reason, remedies))
