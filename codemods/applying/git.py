"""Asks git whether a move would touch work that is not committed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from codemods.model import ChangeSet, Hazard, Place, Refused

_BATCH = 500


def refuse_dirty(changes: ChangeSet, root: Path) -> None:
    """Refused if a file that would be changed differs from git's index, or git doesn't know it.

    What is staged stays staged, and can be had back, so it counts as clean. Where git keeps nothing of the tree (no
    git, no repository, a scratch copy, ignored files) there is nothing to compare with, and nothing is refused.
    """
    paths = [path for path in changes.paths if changes.before.get(path) is not None]
    hazards = [
        Hazard("dirty", Place(path), reason, ("commit or stash it first", "or pass --allow-dirty"))
        for path, reason in sorted(_dirty(root, paths).items())
    ]
    if hazards:
        raise Refused(*hazards)


def _dirty(root: Path, paths: Sequence[str]) -> dict[str, str]:
    prefix = _git(root, "rev-parse", "--show-prefix")
    if prefix is None or not _git(root, "ls-files", "-z", "--", ".", first=1):
        return {}
    folder = os.fsdecode(prefix).removesuffix("\n")
    found = {}
    for batch in _batches(paths):
        status = _git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *batch)
        for line in (status or b"").split(b"\0"):
            state, path = line[:2], os.fsdecode(line[3:]).removeprefix(folder)
            if state == b"??":
                found[path] = "git doesn't track this file, so it couldn't be had back"
            elif state[1:].strip():
                found[path] = "it has changes that are not committed"
    return found


def _git(root: Path, *arguments: str, first: int | None = None) -> bytes | None:
    """What git says; None where there is no git, no repository, or it has something to complain about."""
    # Asking must neither write the index nor run a program that the repository's settings name.
    settings = ("--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")
    command = ["git", "-C", str(root), *settings, *arguments]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            if first is not None:
                said = process.stdout.read(first)
                process.kill()
                return said
            said = process.stdout.read()
        return said if process.returncode == 0 else None
    except OSError:
        return None


def _batches(paths: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(paths)
    while batch := list(islice(rest, _BATCH)):
        yield batch
