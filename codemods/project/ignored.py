"""What git ignores below a folder: git itself is asked, whose rules are the only exact ones."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path


class Ignored:
    """The ignored files, and the folders that are ignored whole, relative to ``root``; none outside of a repository.

    What git tracks is not ignored, whatever the rules say. Where the root itself is ignored, somebody pointed
    at it on purpose, and nothing in it is.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def files(self) -> frozenset[str]:
        return self._listed[0]

    @property
    def folders(self) -> frozenset[str]:
        return self._listed[1]

    @cached_property
    def _listed(self) -> tuple[frozenset[str], frozenset[str]]:
        if not in_repository(self._root):
            return frozenset(), frozenset()
        said = _git(self._root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        paths = [os.fsdecode(path) for path in said.split(b"\0") if path]
        if "./" in paths:
            return frozenset(), frozenset()
        folders = frozenset(path.rstrip("/") for path in paths if path.endswith("/"))
        return frozenset(path for path in paths if not path.endswith("/")), folders

    @staticmethod
    def one(root: Path, path: str) -> bool:
        """Is this one file ignored? It need not be there."""
        if not in_repository(root):
            return False
        # Of a root that is itself ignored git says that it ignores ".".
        asked = os.fsencode(path) + b"\0."
        said = _git(root, "check-ignore", "-z", "--stdin", given=asked).split(b"\0")
        return os.fsencode(path) in said and b"." not in said


def in_repository(root: Path) -> bool:
    """Is the folder, or one above it, a work tree of git? Asked of the disk, for a process costs more."""
    return any((folder / ".git").exists() for folder in (root, *root.parents))


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git says; nothing where there is no git, or it complains."""
    import subprocess

    settings = ("--no-optional-locks", "-c", "core.fsmonitor=false")
    command = ["git", "-C", os.fspath(root), *settings, *arguments]
    try:
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return b""
    return done.stdout
