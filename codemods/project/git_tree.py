"""A revision of a git repository as a tree; nothing is checked out, nothing is fetched, and no filter is run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.model import Hazard, Place, Refused
from codemods.project.git import ask, asking, silent
from codemods.project.tree import OverlayTree, Tree
from codemods.project.walking import is_entered, is_script, looked_at, may_be_script

_FILE_MODES = (b"100644", b"100755")
_LINK = b"120000"
_HOPS = 40  # links behind one another, as Linux counts them
_FETCH = "git fetch --unshallow", "git fetch --refetch"


@dataclass(frozen=True)
class Blob:
    """A file, or a link, of a revision: its path below the root, mode and object."""

    path: str
    mode: bytes
    object: bytes

    @property
    def is_link(self) -> bool:
        return self.mode == _LINK

    @property
    def is_file(self) -> bool:
        return self.mode in _FILE_MODES

    @property
    def is_executable(self) -> bool:
        return self.mode == b"100755"


class GitTree(Tree):
    """The text files of ``revision`` below the folder ``root`` of a work tree. Raises Refused for no such revision, and
    where a shallow or partial clone has not all that is asked for."""

    def __init__(self, root: Path, revision: str) -> None:
        self.root = root
        self.revision = revision
        # As on disk: what a link to a file leads to is read, links to folders and submodules are left out.
        files = {blob.path: blob.object for blob in self.blobs if blob.is_file}
        self._blobs = {path: one for path, one in files.items() if looked_at(path)}
        self._blobs |= self.scripts(files) | self._linked(files)

    @property
    def paths(self) -> frozenset[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(self._blobs)

    def read(self, path: str) -> bytes:
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return self._objects[self._blobs[path]]

    @cached_property
    def blobs(self) -> tuple[Blob, ...]:
        """Every file and link of the revision, text or not; submodules have none here."""
        listed = self._git("ls-tree", "-r", "-z", self._commit(), "--", ".")
        found = []
        for line in filter(None, listed.split(b"\0")):
            head, _, name = line.partition(b"\t")
            mode, kind, blob = head.split()
            path = name.decode(errors="surrogateescape")
            if kind == b"blob" and _is_plain(path):
                found.append(Blob(path, mode, blob))
        return tuple(found)

    def over(self, old: GitTree) -> OverlayTree:
        """This revision as what it changes of another: what both have is then read, searched and parsed once."""
        new = {path: one for path, one in self._blobs.items() if old._blobs.get(path) != one}
        read = dict(self.bytes_of(sorted(set(new.values()))))
        gone = dict.fromkeys(old.paths - self.paths)
        return OverlayTree(old, {path: read[one] for path, one in new.items()} | gone)

    def bytes_of(self, objects: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Each object with its bytes, read from one process. Raises Refused for one that this clone does not have."""
        with tempfile.TemporaryFile() as wanted:
            wanted.writelines(one + b"\n" for one in objects)
            wanted.seek(0)
            with asking(self.root, "cat-file", "--batch", given=wanted) as process:
                assert process.stdout is not None
                for one in objects:
                    header = process.stdout.readline().split()
                    if header[1:2] != [b"blob"]:
                        raise self._missing(one)
                    data = process.stdout.read(int(header[2]))
                    process.stdout.readline()
                    yield one, data

    def scripts(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Of files with their objects, the scripts without an ending that Python runs."""
        named = {path: one for path, one in files.items() if may_be_script(path) and is_entered(path)}
        heads = dict(self.bytes_of(sorted(set(named.values())))) if named else {}
        return {path: one for path, one in named.items() if is_script(heads[one])}

    def _linked(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The links to files of the revision, each with the object of its file."""
        links = {blob.path: blob.object for blob in self.blobs if blob.is_link}
        wanted = [path for path in links if looked_at(path)]
        texts = dict(self.bytes_of(sorted(set(links.values())))) if wanted else {}
        leads = {path: os.fsdecode(texts[one]) for path, one in links.items() if one in texts}
        real = {path: _real(path, leads) for path in wanted}
        return {path: files[to] for path, to in real.items() if to in files}

    @cached_property
    def _objects(self) -> dict[bytes, bytes]:
        return dict(self.bytes_of(sorted(set(self._blobs.values()))))

    def _commit(self) -> str:
        asked = f"{self.revision}^{{commit}}"
        answer = ask(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", asked)
        if answer.trouble is None:
            return answer.said.decode().strip()
        if trouble := silent(self.root):
            raise self._refused(trouble.reason, *trouble.remedies)
        reason = f"it is neither a folder nor a revision of the repository at {self.root}"
        if ask(self.root, "rev-parse", "--is-shallow-repository").said.strip() == b"true":
            raise self._refused(f"{reason}, which is a shallow clone: older commits are missing", _FETCH[0])
        raise self._refused(reason, "see `git log`")

    def _git(self, *arguments: str) -> bytes:
        answer = ask(self.root, *arguments)
        if answer.trouble:
            raise self._missing(b"a folder")
        return answer.said

    def _missing(self, one: bytes) -> Refused:
        path = next((blob.path for blob in self.__dict__.get("blobs", ()) if blob.object == one), one.decode())
        reason = f"{path} is not in this clone (a shallow or partial one), and codemods fetches nothing"
        return self._refused(reason, f"get it with `{_FETCH[0]}` (shallow) or `{_FETCH[1]}` (partial)")

    def _refused(self, reason: str, *remedies: str) -> Refused:
        return Refused(Hazard("no-revision", Place(repr(self.revision)), reason, remedies))


def _real(path: str, links: Mapping[str, str]) -> str:
    """Where a path leads, link after link; empty where that is outside, or never ends."""
    found: list[str] = []
    todo, hops = path.split("/"), 0
    while todo:
        part = todo.pop(0)
        if part == ".." and not found:
            return ""
        if part == "..":
            found.pop()
        elif part not in ("", "."):
            found.append(part)
            if (leads := links.get("/".join(found))) is not None:
                hops += 1
                if hops > _HOPS or leads.startswith("/"):
                    return ""
                found.pop()
                todo = [*leads.split("/"), *todo]
    return "/".join(found)


def _is_plain(path: str) -> bool:
    """Not one of the names that git itself would not write to a disk, which a forged tree may have all the same."""
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in path.split("/"))
