"""A process killed at any step of a write leaves a tree that `recover` makes the old one or the new one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying import apply, recover, undo
from codemods.applying.journal import FOLDER
from codemods.model import ChangeSet

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

Snapshot = dict[str, tuple[bytes, int] | None]
KEPT = {f"pkg/m{i}.py": f"X = {i}\n".encode() for i in range(6)}
AFTER: dict[str, bytes | None] = {
    "pkg/m0.py": b"X = 'changed'\n",
    "pkg/m1.py": b"X = 'long'  # " + b"." * 150_000,
    "pkg/m2.py": None,
    **{f"pkg/m{i}.py": b"from pkg.m0 import X\r\n" for i in (3, 4, 5)},
    "pkg/new/__init__.py": b"",
    "pkg/new/deep/__init__.py": b"",
    "pkg/new/deep/status.py": b"class Status: ...\n",
    "top.py": b"no end of line",
}


def make(root: Path) -> ChangeSet:
    for path, data in KEPT.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "pkg/m0.py").chmod(0o755)
    return ChangeSet({path: KEPT.get(path) for path in AFTER}, AFTER)


def snapshot(root: Path, journal: bool = False) -> Snapshot:
    """Every file and folder, with modes; the record for undo apart."""
    found: Snapshot = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] != FOLDER or journal:
            found[relative.as_posix()] = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
    return found


def killed(work: Callable[[Callable[[str], None]], object], at: int) -> bool:
    """Run ``work`` in a process that kills itself before step ``at``; did it come so far?"""
    child = os.fork()
    if not child:
        count = 0

        def step(_: str) -> None:
            nonlocal count
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1

        try:
            work(step)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    root = tmp_path_factory.mktemp("states")
    changes = make(root)
    old = snapshot(root)
    apply(changes, root)
    return old, snapshot(root)


def test_a_kill_at_every_step_of_a_write(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    outcomes = {"old": 0, "new": 0, "mixed before": 0}
    at = 0
    while True:
        root = tmp_path / str(at)
        root.mkdir()
        changes = make(root)
        if not killed(lambda step, c=changes, r=root: apply(c, r, steps=step), at):
            break
        outcomes["mixed before"] += snapshot(root) not in states
        recover(root)
        found = snapshot(root)
        assert found in states, f"step {at}"
        outcomes["old" if found == states[0] else "new"] += 1
        if found == states[0]:
            assert not (root / FOLDER).exists(), f"step {at}"
        assert recover(root) is None, f"step {at}"
        assert snapshot(root) == found
        at += 1
    print(f"{at} steps: {outcomes}")
    assert at > 60
    assert outcomes["old"] > 50
    assert outcomes["new"] > 0
    assert outcomes["mixed before"] > 20


def test_a_kill_at_every_step_of_recovery(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    """Stop the write amid its renames; then stop recovery at every step, and once more."""
    tried = 0
    total = len(steps_of(tmp_path / "count"))
    for first in range(total - 14, total, 2):
        at = 0
        while True:
            root = tmp_path / f"{first}-{at}"
            root.mkdir()
            changes = make(root)
            assert killed(lambda step, c=changes, r=root: apply(c, r, steps=step), first)
            if not killed(lambda step, r=root: recover(r, steps=step), at):
                break
            killed(lambda step, r=root: recover(r, steps=step), at // 2)
            recover(root)
            assert snapshot(root) in states, f"write stopped at {first}, recovery at {at}"
            assert recover(root) is None
            tried += 1
            at += 1
    print(f"{tried} recoveries stopped")
    assert tried > 100


def test_a_kill_at_every_step_of_undo(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    at = 0
    seen = set()
    while True:
        root = tmp_path / str(at)
        root.mkdir()
        apply(make(root), root)
        if not killed(lambda step, r=root: undo(r, steps=step), at):
            break
        recover(root)
        assert snapshot(root) in states, f"step {at}"
        seen.add(snapshot(root) == states[0])
        at += 1
    print(f"{at} steps of undo")
    assert seen == {True, False}
    assert at > 50


def steps_of(root: Path) -> list[str]:
    root.mkdir()
    found: list[str] = []
    apply(make(root), root, steps=found.append)
    return found


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), RuntimeError("bug")])
def test_an_exception_at_every_step(tmp_path: Path, states: tuple[Snapshot, Snapshot], error: BaseException) -> None:
    """Ctrl-C, a full disk, a bug of our own: the tree is the old one, or (at the very end) the new one."""
    at = 0
    finished = False
    while not finished:
        root = tmp_path / f"x{at}"
        root.mkdir()
        changes = make(root)
        count = 0

        def step(_: str, at: int = at) -> None:
            nonlocal count
            count += 1
            if count == at + 1:
                raise error

        try:
            apply(changes, root, steps=step)
        except BaseException as raised:
            assert snapshot(root, journal=True) == states[0], f"step {at}"
            if isinstance(error, OSError):
                assert "the disk is full; everything is as it was" in str(raised)
            else:
                assert raised is error
        else:
            assert snapshot(root) == states[1], f"step {at}"
            finished = count <= at
        assert recover(root) is None
        at += 1
    assert at > 60
