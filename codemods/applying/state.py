"""Where the journal of a write is kept: among the user's own state, for a tree may have come from anybody.

A tree is known by its real path, device and inode, so that another tree at the same path is another one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from codemods.model import Hazard, Place, Refused

_ELSEWHERE = "set XDG_STATE_HOME to a folder of yours, outside of the tree"
# Where earlier versions kept the journal, in the tree; what stands there is not read.
FOLDER = ".codemods"
# In the state folder while a write is not finished.
JOURNAL = "journal.json"


def state_folder(root: Path) -> Path:
    """The folder of the records of the tree at ``root`` (no symlink in it); it need not be there.

    Raises Refused where the user's state folder is none, or lies in the tree.
    """
    import hashlib

    from platformdirs import user_state_path

    base = user_state_path("codemods", appauthor=False)
    if not base.is_absolute():
        _refuse(str(base), "there is no folder to keep the journal of a write in")
    base = base.resolve()
    if base.is_relative_to(root):
        _refuse(str(base), "the journal of a write is kept there, and that is inside of the tree")
    found = root.stat()
    key = b"%s\0%d\0%d" % (os.fsencode(root), found.st_dev, found.st_ino)
    return base / "trees" / hashlib.sha256(key).hexdigest()[:32]


def refuse_unusable(folder: Path) -> None:
    """Refused unless the folder can be made and written in, and what stands there is the user's own."""
    standing = folder
    while not os.path.lexists(standing):
        standing = standing.parent
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        _refuse(str(standing), "the journal of a write is kept there, and nothing can be written there")
    if standing == folder and hasattr(os, "geteuid") and standing.stat().st_uid != os.geteuid():
        _refuse(str(folder), "the journal of a write is kept there, and the folder belongs to another user")


def interrupted(root: Path) -> bool:
    """Is there an unfinished write in this tree? Changes nothing, and reads nothing of the tree."""
    try:
        return (state_folder(root.resolve(strict=True)) / JOURNAL).is_file()
    except (Refused, OSError, RuntimeError):
        return False  # No state folder: nothing was ever written from here.


def brought_along(root: Path) -> str:
    """The sentence about a journal that the tree has in it; empty if it has none."""
    if not os.path.lexists(root / FOLDER):
        return ""
    return f"{FOLDER}/ in this tree is not read: records of moves are kept in your own state folder, not in trees"


def _refuse(place: str, reason: str) -> NoReturn:
    raise Refused(Hazard("state-folder", Place(place), reason, (_ELSEWHERE,)))
