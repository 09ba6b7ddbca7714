"""Asks git whether a move would touch work that is not committed; git says what its index holds, and no more.

`git status` would run the filters that a repository names. So git is asked for the names of the objects in its index
only, and the bytes that were read are compared with those here; which also finds a file that git is set to assume
unchanged.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from codemods.model import ChangeSet, Hazard, Place, Refused
from codemods.project.git import Trouble, ask, in_repository

_BATCH = 500
_LINE_ENDS = ("text", "eol", "crlf")
_CONVERTED = ("filter", "ident", "working-tree-encoding")
_COMMIT = "commit or stash it first"
_ANYWAY = "or pass --allow-dirty"


def refuse_dirty(changes: ChangeSet, root: Path, ours: Mapping[str, str] | None = None) -> None:
    """Refused if a file that would be changed differs from git's index, or git doesn't know it, or does not answer.

    What is staged stays staged, and can be had back, so it counts as clean; so does what an earlier move wrote and
    `undo` can take back (``ours``: the SHA-256 of those bytes by path). Where git keeps nothing of the tree (no
    repository, a scratch copy, ignored files) there is nothing to compare with, and nothing is refused.
    """
    root = root.resolve()
    recorded = ours or {}
    found = (hazard for group in _by_repository(changes, root).items() for hazard in _dirty(*group))
    hazards = [hazard for hazard in found if not _is_ours(hazard.place.path, changes, recorded)]
    if hazards:
        raise Refused(*sorted(hazards, key=lambda hazard: hazard.place))


def digest(data: bytes) -> str:
    """By what ``ours`` knows the bytes of a file."""
    return hashlib.sha256(data).hexdigest()


def _is_ours(path: str, changes: ChangeSet, recorded: Mapping[str, str]) -> bool:
    data = changes.before.get(path)
    return data is not None and recorded.get(path) == digest(data)


@dataclass(frozen=True)
class _File:
    """A file that would be changed: as the change names it, as its repository does, and its bytes."""

    named: str
    path: str
    data: bytes


@dataclass(frozen=True)
class _Repository:
    """A folder in which git is asked; ``nested``: a submodule, or another repository inside of the tree."""

    folder: Path
    nested: bool

    def ask(self, *arguments: str, given: Iterable[str] = ()) -> bytes:
        """What git says; raises _Silent if it does not answer."""
        answer = ask(
            self.folder, *arguments, given=b"".join(os.fsencode(one) + b"\0" for one in given), nested=self.nested
        )
        if answer.trouble:
            raise _Silent(answer.trouble)
        return answer.said


class _Silent(Exception):
    """git does not answer."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


def _by_repository(changes: ChangeSet, root: Path) -> dict[_Repository, list[_File]]:
    """The files that stand and would be changed, where links lead, by the repository that each is in."""
    found: dict[_Repository, list[_File]] = {}
    for named in changes.paths:
        data = changes.before.get(named)
        real = (root / named).resolve()
        if data is None or not real.is_relative_to(root):
            continue
        inside = (folder for folder in real.parents if folder != root and folder.is_relative_to(root))
        nested = next((folder for folder in inside if (folder / ".git").exists()), None)
        repository = _Repository(nested or root, nested is not None)
        path = real.relative_to(repository.folder).as_posix()
        found.setdefault(repository, []).append(_File(named, path, data))
    return found


def _dirty(repository: _Repository, files: Sequence[_File]) -> Iterator[Hazard]:
    if not in_repository(repository.folder) and ask(repository.folder, "rev-parse", "--git-dir").trouble:
        return
    try:
        if not repository.ask("ls-files", "-z", "--", "."):
            return
        for batch in _batches(files):
            for file, reason, *remedies in _judged(repository, batch):
                yield Hazard("dirty", Place(file.named), reason, tuple(remedies))
    except _Silent as silent:
        reason = f"whether files have uncommitted changes is unknown: {silent.trouble.reason}"
        yield Hazard("dirty", Place(str(repository.folder)), reason, (*silent.trouble.remedies, _ANYWAY))


def _judged(repository: _Repository, files: Sequence[_File]) -> Iterator[tuple]:
    """Each file that is not clean, why, and what helps."""
    index = _index(repository, [file.path for file in files])
    unknown = [file for file in files if file.path not in index]
    ignored = _ignored(repository, [file.path for file in unknown])
    for file in unknown:
        if file.path not in ignored:
            yield file, "git does not track this file, so git could not restore it", _COMMIT, _ANYWAY
    differing = [file for file in files if file.path in index and not index[file.path].is_blob(file.data)]
    attributes = _attributes(repository, [file.path for file in differing])
    for file in differing:
        entry, has = index[file.path], attributes.get(file.path, frozenset())
        if entry.is_blob(file.data.replace(b"\r\n", b"\n")) and _converts_line_ends(repository, has):
            continue
        converted = sorted(has.intersection(_CONVERTED))
        if converted:
            what = f"git stores it through `{converted[0]}` (.gitattributes), which codemods does not run"
            yield file, f"{what}, so whether it has uncommitted changes is unknown", "pass --allow-dirty"
        elif entry.hidden:
            reason = f"it has uncommitted changes that git is set to ignore (`{entry.hidden}`)"
            yield file, reason, f"git update-index --no-{entry.hidden} {file.named}", _ANYWAY
        else:
            yield file, "it has changes that are not committed", _COMMIT, _ANYWAY


@dataclass(frozen=True)
class _Entry:
    """What the index holds of a file; ``hidden`` is the mark by which git passes over its changes."""

    object: str
    hidden: str

    def is_blob(self, data: bytes) -> bool:
        made = hashlib.sha1 if len(self.object) == 40 else hashlib.sha256
        return made(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest() == self.object


def _index(repository: _Repository, paths: Sequence[str]) -> dict[str, _Entry]:
    found = {}
    for line in repository.ask("ls-files", "-z", "-v", "--stage", "--", *paths).split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if tab:
            tag, _, name, _ = head.decode().split()
            hidden = "skip-worktree" if tag in "Ss" else "assume-unchanged" if tag.islower() else ""
            found[os.fsdecode(path)] = _Entry(name, hidden)
    return found


def _ignored(repository: _Repository, paths: Sequence[str]) -> frozenset[str]:
    if not paths:
        return frozenset()
    # Exit code 1 says that none is.
    answer = ask(
        repository.folder,
        *("check-ignore", "-z", "--stdin"),
        given=b"".join(os.fsencode(path) + b"\0" for path in paths),
        nested=repository.nested,
    )
    return frozenset(map(os.fsdecode, answer.said.split(b"\0")))


def _attributes(repository: _Repository, paths: Sequence[str]) -> dict[str, frozenset[str]]:
    """The attributes by which git stores other bytes than a file has, those that are set."""
    if not paths:
        return {}
    said = repository.ask("check-attr", "-z", "--stdin", *_CONVERTED, *_LINE_ENDS, given=paths).split(b"\0")
    found: dict[str, frozenset[str]] = {}
    for path, name, value in zip(said[::3], said[1::3], said[2::3], strict=False):
        if value not in (b"unspecified", b"unset"):
            known = found.get(os.fsdecode(path), frozenset())
            found[os.fsdecode(path)] = known | {name.decode()}
    return found


def _converts_line_ends(repository: _Repository, attributes: frozenset[str]) -> bool:
    if attributes.intersection(_LINE_ENDS):
        return True
    said = ask(repository.folder, "config", "--get", "core.autocrlf", nested=repository.nested).said.strip().lower()
    return said in (b"true", b"yes", b"on", b"1", b"input")


def _batches(files: Sequence[_File]) -> Iterable[list[_File]]:
    rest = iter(files)
    while batch := list(islice(rest, _BATCH)):
        yield batch
