"""A small project on disk, and a way to run commands in it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods import face
from codemods.__main__ import main
from codemods.model import Check, Proof

WORKER = '''\
import enum
import json

LIMIT = 3


class State(enum.Enum):
    IDLE = "idle"


class Status:
    """How a worker is."""

    def beat(self, state: State) -> str:
        return json.dumps([LIMIT, state.value])


class Worker:
    def __init__(self) -> None:
        self.status = Status()

    def run(self) -> None:
        """Work."""
'''


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "shop").mkdir(parents=True)
    (folder / "shop/__init__.py").write_text("")
    (folder / "shop/worker.py").write_text(WORKER)
    (folder / "shop/wire.py").write_text("def send(x):\n    return x\n")
    (folder / "main.py").write_text("from shop.worker import Status, Worker\n\nprint(Status, Worker)\n")
    return folder


@pytest.fixture
def run(root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `codemods` in this process, in the folder of the project."""
    monkeypatch.chdir(root)

    def command(*argv: object) -> Ran:
        try:
            code = main([str(word) for word in argv])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture
def believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that holds without looking, for tests of what is told and written."""
    proof = Proof((Check("bindings", "every name means what it meant", 12),))
    monkeypatch.setattr(face, "prove", lambda before, after, moves=(): proof)


def fingerprint(root: Path) -> str:
    """A hash of everything below ``root``: paths, modes, bytes, and where links lead."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted([*files, *folders]):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            digest.update(repr((str(path.relative_to(root)), mode)).encode("utf-8", "surrogateescape"))
            if stat.S_ISLNK(mode):
                digest.update(os.fsencode(path.readlink()))
            elif stat.S_ISREG(mode):
                digest.update(path.read_bytes())
    return digest.hexdigest()
