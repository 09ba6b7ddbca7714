"""A repository that its owner made to harm whoever moves code in it; each test adds the trap."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands.conftest import fingerprint

WORKER = """\
class Status:
    pass


class Worker:
    def run(self) -> Status:
        return Status()
"""
MOVE = ("shop/worker.py", "shop/status.py", "Status")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Repository:
    """A work tree, with a marker that no command may make."""

    root: Path
    marker: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def trap(self) -> str:
        """A shell command; who runs it leaves the marker."""
        return f"echo ran >> '{self.marker}'"

    @property
    def sprung(self) -> bool:
        return self.marker.exists()

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def codemods(self, *arguments: str, module: str = "codemods", **surroundings: str) -> Ran:
        """The command as a user runs it, in a process of its own, in the root of the tree."""
        environment = {**os.environ, **self.environment, **surroundings}
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, env=environment, check=False)
        assert "Traceback" not in done.stderr and "internal error" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    @property
    def state(self) -> str:
        """Everything in the tree and in its .git."""
        return fingerprint(self.root)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    made = Repository(tmp_path / "repository", tmp_path / "marker")
    made.write("shop/__init__.py", "")
    made.write("shop/worker.py", WORKER)
    made.write("main.py", "from shop.worker import Status, Worker\n\nprint(Status, Worker)\n")
    made.git("init", "-q")
    made.git("add", ".")
    made.git("commit", "-qm", "first")
    return made


@pytest.fixture
def committed(repository: Repository) -> Callable[[], None]:
    """Commit all that is in the tree, also what it ignores."""

    def commit() -> None:
        repository.git("add", "-f", ".")
        repository.git("commit", "-qm", "more")

    return commit
