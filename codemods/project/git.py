"""Asks git about a repository that nobody vouches for, so that nothing the repository names is run.

A repository's own settings (.git/config, .gitattributes, hooks) name programs: fsmonitor, hooks, filters, transports,
credential helpers. Asked here are only commands that need none of them (no status, no diff, no checkout, nothing that
reads a work file's contents); what such a command could still start is switched off. Missing objects of a partial
clone are not fetched: git 2.45 has a variable for that, an older git starts its own `git fetch`, which may use no
transport. git's stderr is never shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from typing import IO

# A setting that is given here overrides the repository's.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "core.pager": "cat",
    "credential.helper": "",
    "fetch.bundleURI": "",
    "protocol.allow": "never",
}
_OPTIONS = ("--no-optional-locks", "--no-pager")
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # overrides protocol.<name>.allow
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",  # so that messages can be recognized
}
# What ties a git that is asked to another repository than the one in its folder.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")


@dataclass(frozen=True)
class Trouble:
    """Why git does not answer, and what helps."""

    reason: str
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What git said on stdout; ``trouble`` if it did not do what it was asked for."""

    said: bytes
    trouble: Trouble | None = None


def ask(root: Path, *arguments: str, given: bytes = b"", nested: bool = False) -> Answer:
    """Run one git command in ``root``; ``given`` is its stdin. ``nested``: what the environment says of another
    repository is not meant."""
    import subprocess

    program = _program()
    if program is None:
        return Answer(b"", Trouble("git is not installed"))
    try:
        done = subprocess.run(
            _command(program, root, arguments), input=given, capture_output=True, env=_environment(nested), check=False
        )
    except (OSError, ValueError) as error:
        return Answer(b"", Trouble(f"git can't be run ({error})"))
    return Answer(done.stdout, _trouble(root, done.stderr) if done.returncode else None)


@contextmanager
def asking(root: Path, *arguments: str, given: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A git command that runs while its stdout is read; it is ended at the end of the block."""
    import subprocess

    program = _program() or "git"
    with subprocess.Popen(
        _command(program, root, arguments),
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(nested=False),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def in_repository(root: Path) -> bool:
    """Is the folder, or one above it, a work tree of git? Asked of the disk, for a process costs more."""
    return any((folder / ".git").exists() for folder in (root, *root.parents))


def silent(root: Path) -> Trouble | None:
    """Why git does not answer in a folder that is in a repository; None where it does, or there is no repository."""
    return ask(root, "rev-parse", "--git-dir").trouble if in_repository(root) else None


def top(root: Path) -> Path:
    """The work tree that a folder is in; the folder itself if it is in none."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _command(program: str, root: Path, arguments: Sequence[str]) -> list[str]:
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    # Paths are names, not patterns; check-ignore takes them so anyhow, and refuses the option.
    literal = () if arguments[0] == "check-ignore" else ("--literal-pathspecs",)
    return [program, "-C", os.fspath(root), *_OPTIONS, *literal, *settings, *arguments]


def _environment(nested: bool) -> dict[str, str]:
    dropped = _ELSEWHERE if nested else ()
    return {**{name: value for name, value in os.environ.items() if name not in dropped}, **_ENVIRONMENT}


def _program() -> str | None:
    """git, from a folder of PATH that is written in full: a relative one may be the tree's."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.get_exec_path():
        program = os.path.join(folder, name)  # noqa: PTH118
        if os.path.isabs(folder) and os.access(program, os.X_OK):  # noqa: PTH117
            return program
    return None


def _trouble(root: Path, complaint: bytes) -> Trouble:
    if b"dubious ownership" in complaint or b"unsafe repository" in complaint:
        reason = f"git does not answer, because {top(root)} belongs to another user (it calls that dubious ownership)"
        return Trouble(reason, (f"git config --global --add safe.directory {top(root)}",))
    return Trouble("git does not answer here", ("see what `git status` says",))
