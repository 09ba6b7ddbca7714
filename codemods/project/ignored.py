"""What git ignores below a folder: git itself is asked, whose rules are the only exact ones."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from codemods.project.git import ask, in_repository


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
        listed = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        said = ask(self._root, *listed).said
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
        said = ask(root, "check-ignore", "-z", "--stdin", given=asked).said.split(b"\0")
        return os.fsencode(path) in said and b"." not in said
