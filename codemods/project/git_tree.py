"""A revision of a git repository as a tree; nothing is checked out."""

from __future__ import annotations

import subprocess
from functools import cached_property
from pathlib import Path

from codemods.model import Hazard, Place, Refused
from codemods.project.tree import Tree
from codemods.project.walking import looked_at

_FILE_MODES = (b"100644", b"100755")


class GitTree(Tree):
    """The text files of ``revision`` below the folder ``root`` of a work tree. Raises Refused for no such revision."""

    def __init__(self, root: Path, revision: str) -> None:
        self.root = root
        self.revision = revision
        self._blobs = self._list()

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self._blobs)

    def read(self, path: str) -> bytes:
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return self._objects[self._blobs[path]]

    def _list(self) -> dict[str, bytes]:
        """The object of each file, by path. Links and submodules are left out, as on disk."""
        commit = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.revision}^{{commit}}"
        ).strip()
        listed = self._git("ls-tree", "-r", "-z", commit.decode(), "--", ".")
        found = {}
        for line in filter(None, listed.split(b"\0")):
            head, _, name = line.partition(b"\t")
            mode, _, blob = head.split()
            path = name.decode(errors="surrogateescape")
            if mode in _FILE_MODES and looked_at(path):
                found[path] = blob
        return found

    @cached_property
    def _objects(self) -> dict[bytes, bytes]:
        """Every object, read at once from one process."""
        wanted = sorted(set(self._blobs.values()))
        raw = self._git("cat-file", "--batch", given=b"".join(blob + b"\n" for blob in wanted))
        found, at = {}, 0
        for blob in wanted:
            end = raw.index(b"\n", at)
            size = int(raw[at:end].split()[2])
            found[blob] = raw[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def _git(self, *arguments: str, given: bytes | None = None) -> bytes:
        command = ["git", "-C", str(self.root), *arguments]
        try:
            return subprocess.run(command, input=given, capture_output=True, check=True).stdout
        except FileNotFoundError as error:
            raise self._refused("git is not installed") from error
        except (subprocess.CalledProcessError, ValueError) as error:
            raise self._refused(f"it is neither a folder nor a revision of the repository at {self.root}") from error

    def _refused(self, reason: str) -> Refused:
        return Refused(Hazard("no-revision", Place(repr(self.revision)), reason, ("see `git log`",)))
