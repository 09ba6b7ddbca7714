"""What git keeps beside revisions: the index, and where two lines of history parted."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codemods.model import Hazard, Place, Refused
from codemods.project.git_tree import GitTree
from codemods.project.walking import looked_at


class IndexTree(GitTree):
    """The text files that are staged, below the folder ``root``."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "HEAD")

    def _list(self) -> dict[str, bytes]:
        found = {}
        for line in filter(None, self._git("ls-files", "--stage", "-z", "--", ".").split(b"\0")):
            head, _, name = line.partition(b"\t")
            mode, blob, stage = head.split()
            path = name.decode(errors="surrogateescape")
            if stage == b"0" and mode in (b"100644", b"100755") and looked_at(path):
                found[path] = blob
        return found


def merge_base(root: Path, old: str, new: str) -> str:
    """The commit at which ``new`` left ``old``. Raises Refused where git knows none."""
    for word in (old, new):
        if not is_revision(root, word):
            GitTree(root, word)  # which says why not
    found = _asked(root, "merge-base", "--", old, new).strip()
    if not found:
        reason = "they have no commit in common here"
        raise Refused(Hazard("no-merge-base", Place(f"{old}...{new}"), reason, ("git fetch --unshallow",)))
    return found


def is_revision(root: Path, word: str) -> bool:
    """Does git know a commit by this word?"""
    if "\0" in word:
        return False
    return bool(_asked(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"))


def _asked(root: Path, *arguments: str) -> str:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError, ValueError):
        return ""
