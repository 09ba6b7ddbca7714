"""What git keeps beside revisions: the index, and where two lines of history parted."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from codemods.model import Hazard, Place, Refused
from codemods.project.git import ask
from codemods.project.git_tree import Blob, GitTree


class IndexTree(GitTree):
    """The text files that are staged, below the folder ``root``."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "HEAD")

    @cached_property
    def blobs(self) -> tuple[Blob, ...]:
        """Every file and link that is staged; none of a conflict."""
        found = []
        for line in filter(None, self._git("ls-files", "--stage", "-z", "--", ".").split(b"\0")):
            head, _, name = line.partition(b"\t")
            mode, blob, stage = head.split()
            made = Blob(name.decode(errors="surrogateescape"), mode, blob)
            if stage == b"0" and (made.is_file or made.is_link):
                found.append(made)
        return tuple(found)


def merge_base(root: Path, old: str, new: str) -> str:
    """The commit at which ``new`` left ``old``. Raises Refused where git knows none."""
    for word in (old, new):
        if not is_revision(root, word):
            GitTree(root, word)  # which says why not
    answer = ask(root, "merge-base", old, new)
    if answer.trouble is None and (found := answer.said.decode().strip()):
        return found
    reason = "they have no commit in common here"
    raise Refused(Hazard("no-merge-base", Place(f"{old}...{new}"), reason, ("git fetch --unshallow",)))


def is_revision(root: Path, word: str) -> bool:
    """Does git know a commit by this word?"""
    if "\0" in word:
        return False
    answer = ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    return answer.trouble is None and bool(answer.said.strip())
