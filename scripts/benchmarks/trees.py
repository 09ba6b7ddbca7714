"""The trees and the moves: Django's sdist, a small package, the worker of this project, generated monorepos."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import monorepo

DJANGO = "5.2"
_HERE = Path(__file__).resolve().parent
_PROJECT = _HERE.parent.parent
_FIRST = "As it was"
SIZES = (1_000, 10_000, 30_000, 100_000)


@dataclass(frozen=True)
class Case:
    """One move in one tree. ``size`` is the number of files of a generated tree, else 0; ``options`` are those that
    our own command needs for it."""

    tree: str
    what: str
    folder: Path
    source: str
    destination: str
    name: str
    size: int = 0
    options: tuple[str, ...] = ()

    @property
    def dotted(self) -> tuple[str, str]:
        """The old and the new dotted path of the name."""
        old, new = (path.removesuffix(".py").replace("/", ".") for path in (self.source, self.destination))
        return f"{old}.{self.name}", f"{new}.{self.name}"

    def restore(self) -> None:
        """The tree as it was before the move."""
        _git(self.folder, "reset", "--quiet", "--hard", f":/{_FIRST}")
        _git(self.folder, "clean", "--quiet", "-fd")

    def commit(self) -> None:
        """The move that was made becomes a commit, until the tree is restored."""
        _commit(self.folder, "A move")


def cases(kinds: list[str], base: Path) -> Iterator[Case]:
    """The cases of the trees that are asked for; each tree is made when it isn't there yet."""
    for kind in kinds:
        folder = base / kind
        if not (folder / ".git").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(kind, folder)
            _git(folder, "init", "--quiet")
            _git(folder, "config", "gc.auto", "0")
            _commit(folder, _FIRST)
        yield from _moves(kind, folder)


def _moves(kind: str, folder: Path) -> Iterator[Case]:
    if kind == "django":
        response, exceptions = "django/http/response.py", "django/core/exceptions.py"
        yield Case(kind, "rare name", folder, response, "django/http/gone.py", "HttpResponseGone")
        # It derives from one of the source, and others of the source derive from it: the first must go along.
        needed = ("--with-needed",)
        yield Case(kind, "common name", folder, response, "django/http/plain.py", "HttpResponse", options=needed)
        yield Case(kind, "many files to rewrite", folder, exceptions, "django/core/config.py", "ImproperlyConfigured")
    elif kind == "worker":
        yield Case(kind, "the first move", folder, "worker/worker.py", "worker/status.py", "WorkerStatusManager")
    else:
        size = int(kind)
        yield Case(f"{size:,} files", "rare name", folder, monorepo.SOURCE, monorepo.DESTINATION, monorepo.NAME, size)


def _make(kind: str, folder: Path) -> None:
    print(f"making the tree {kind} ...", file=sys.stderr)
    if kind == "django":
        _django(folder)
    elif kind == "worker":
        shutil.copytree(_PROJECT / "tests/replay/frozen/before", folder)
    else:
        # In a process of its own: what this one has in memory counts for those that it starts.
        subprocess.run([sys.executable, str(_HERE / "monorepo.py"), str(folder), kind], check=True)


def _django(folder: Path) -> None:
    """The source distribution, as the package index has it."""
    downloads = folder.parent / "downloads"
    command = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(downloads)]
    subprocess.run([sys.executable, *command, f"django=={DJANGO}"], check=True)
    (archive,) = downloads.glob("[Dd]jango-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder.parent, filter="data")
    (folder.parent / archive.name.removesuffix(".tar.gz")).rename(folder)


def _commit(folder: Path, message: str) -> None:
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "-m", message)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, stdout=subprocess.DEVNULL)
