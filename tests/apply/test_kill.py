"""A process killed at any step of a write leaves a tree that `recover` makes the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying import apply, recover, undo
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


def snapshot(root: Path) -> Snapshot:
    """Every file and folder, with modes."""
    found: Snapshot = {}
    for path in sorted(root.rglob("*")):
        data = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
        found[path.relative_to(root).as_posix()] = data
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
        assert recover(root) is None, f"step {at}"
        assert snapshot(root) == found
        at += 1
    print(f"{at} steps: {outcomes}")
    assert at > 60
    assert outcomes["old"] > 50
    assert outcomes["new"] > 0
    assert outcomes["mixed before"] > 20


# Calls of Python that change the disk, as it announces them to an audit hook.
CHANGES = {
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "os.truncate",
}


def changes_the_disk(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
    return event in CHANGES


def killed_by_audit(work: Callable[[], object], at: int) -> bool:
    """Run ``work`` in a process that kills itself before it changes the disk for the ``at``th time."""
    child = os.fork()
    if not child:
        count = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if changes_the_disk(event, arguments):
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1

        sys.addaudithook(hook)
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_kill_at_every_change_that_python_sees(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    """Not at the steps that the writer tells of, but at whatever it does to the disk, told of or not."""
    at = 0
    while True:
        root = tmp_path / str(at)
        root.mkdir()
        changes = make(root)
        if not killed_by_audit(lambda c=changes, r=root: apply(c, r), at):
            break
        recover(root)
        assert snapshot(root) in states, f"change {at}"
        assert recover(root) is None
        at += 1
    print(f"{at} changes")
    # Each new file is made, given a mode and renamed, one is removed, folders are made, and the journal comes and goes.
    assert at > 30


def test_every_change_is_told_of_before_it_is_made(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    changes = make(root)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        told: list[str] = []
        untold: list[str] = []

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if changes_the_disk(event, arguments):
                if not told:
                    untold.append(f"{event} {arguments}")
                told.clear()

        sys.addaudithook(hook)
        try:
            apply(changes, root, steps=told.append)
            os.write(write, "\n".join(untold).encode() or b"all told")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert said == "all told"


def test_a_second_ctrl_c(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    """While the tree is being brought back: what is left is for `recover`."""
    total = len(steps_of(tmp_path / "count"))
    unfinished = 0
    for first in range(0, total, 9):
        for second in range(first + 1, first + 40, 4):
            root = tmp_path / f"{first}-{second}"
            root.mkdir()
            changes = make(root)
            count = 0

            def step(_: str, at: tuple[int, int] = (first, second)) -> None:
                nonlocal count
                count += 1
                if count - 1 in at:
                    raise KeyboardInterrupt

            with contextlib.suppress(KeyboardInterrupt):
                apply(changes, root, steps=step)
            unfinished += recover(root) is not None
            assert snapshot(root) in states, f"at {first} and {second}"
            assert recover(root) is None
    assert unfinished > 10


def test_a_kill_at_every_step_of_recovery(tmp_path: Path, states: tuple[Snapshot, Snapshot]) -> None:
    """Stop the write amid its renames; then stop recovery at every step, and once more."""
    tried = 0
    steps = steps_of(tmp_path / "count")
    renames = [at for at, step in enumerate(steps) if step.startswith("rename .codemods-")]
    for first in [*renames[1::2], renames[-1] + 1]:
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
    assert tried > 70


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
            assert snapshot(root) == states[0], f"step {at}"
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
