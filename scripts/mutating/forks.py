"""Tests in forks of a process that has everything imported already.

A fork runs its tests in order until one fails. It may use so much CPU time a test, counted in multiples of what the
test takes without a change, so a busy machine makes no mutant look dead. A fork that is silent for long is given up.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from _pytest.runner import runtestprotocol

CPU_FACTOR, CPU_EXTRA = 10.0, 5.0  # a test may use so many times its own seconds of CPU, and so many more
SILENT_FOR = 60.0  # seconds in which a fork may say nothing; it waits for something that does not happen
Outcome = Literal["passed", "failed", "cpu limit", "silent", "crashed"]


@dataclass
class Errand:
    """What one fork shall do: `prepare`, the tests, then `finish`, all in the fork.

    `cpu` has the seconds that each test is known to take.
    """

    tests: Sequence[pytest.Item]
    prepare: Callable[[], object]
    begin: Callable[[str], object] = lambda test: None
    finish: Callable[[], object] = lambda: None
    cpu: dict[str, float] = field(default_factory=dict)
    about: Any = None
    stop_at_failure: bool = True


@dataclass
class Ending:
    """How an errand ended: for each test that was begun its outcome and the seconds of CPU; why a test failed."""

    errand: Errand
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    said: str = ""

    @property
    def failed(self) -> str | None:
        """The first test that did not pass."""
        return next((test for test, outcome in self.outcomes.items() if outcome != "passed"), None)


@dataclass
class _Fork:
    pid: int
    pipe: int
    ending: Ending
    folder: str
    heard: float
    text: bytes = b""
    now: str | None = None


def run_forks(errands: deque[Errand], jobs: int) -> Iterator[Ending]:
    """Run errands, `jobs` at a time; each ending as it comes. Whoever gets an ending may add errands."""
    forks: dict[int, _Fork] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while errands and len(forks) < jobs:
                    fork = _start(errands.popleft())
                    forks[fork.pipe] = fork
                    selector.register(fork.pipe, selectors.EVENT_READ)
                if not forks:
                    return
                ready = {key.fd for key, _ in selector.select(timeout=1.0)}
                for pipe, fork in list(forks.items()):
                    if pipe in ready and _hear(fork):
                        continue
                    if pipe not in ready and time.monotonic() - fork.heard < SILENT_FOR:
                        continue
                    selector.unregister(pipe)
                    del forks[pipe]
                    yield _end(fork, silent=pipe not in ready)
        finally:
            for fork in forks.values():
                _kill(fork)


def _start(errand: Errand) -> _Fork:
    folder = tempfile.mkdtemp(prefix="mutation-")
    read, write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _work(errand, write, folder)
    os.close(write)
    return _Fork(pid, read, Ending(errand), folder, time.monotonic())


def _work(errand: Errand, pipe: int, folder: str) -> None:
    """The life of a fork; it never returns."""
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        tempfile.tempdir = os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        errand.prepare()
        for item in errand.tests:
            _say(pipe, begun=item.nodeid)
            _limit(errand.cpu.get(item.nodeid))
            errand.begin(item.nodeid)
            before = _cpu()
            reports = runtestprotocol(item, log=False, nextitem=None)
            bad = [report for report in reports if report.failed]
            said = "\n".join(str(report.longrepr) for report in bad)[-4000:]
            _say(pipe, ended=item.nodeid, failed=bool(bad), cpu=round(_cpu() - before, 3), said=said)
            if bad and errand.stop_at_failure:
                break
        errand.finish()
        status = 0
    except BaseException as error:
        _say(pipe, said=f"{type(error).__name__}: {error}")
    finally:
        os._exit(status)


def _say(pipe: int, **what: object) -> None:
    data = json.dumps(what).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def _cpu() -> float:
    return sum(os.times()[:4])


def _limit(usual: float | None) -> None:
    """The kernel ends this process when its next test takes far more CPU than it should."""
    used = sum(os.times()[:2])
    allowed = CPU_FACTOR * (usual or 1.0) + CPU_EXTRA
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + allowed) + 1, resource.RLIM_INFINITY))


def _hear(fork: _Fork) -> bool:
    """Read what the fork says; False at its end."""
    data = os.read(fork.pipe, 1 << 16)
    fork.heard = time.monotonic()
    *lines, fork.text = (fork.text + data).split(b"\n")
    for line in lines:
        said = json.loads(line)
        fork.ending.said = said.get("said") or fork.ending.said
        if test := said.get("begun"):
            fork.now = test
        if test := said.get("ended"):
            fork.now = None
            fork.ending.outcomes[test] = "failed" if said["failed"] else "passed"
            fork.ending.cpu[test] = said["cpu"]
    return bool(data)


def _kill(fork: _Fork) -> None:
    os.kill(fork.pid, signal.SIGKILL)
    _wait(fork)


def _wait(fork: _Fork) -> int:
    os.close(fork.pipe)
    _, status = os.waitpid(fork.pid, 0)
    shutil.rmtree(fork.folder, ignore_errors=True)
    return status


def _end(fork: _Fork, silent: bool) -> Ending:
    if silent:
        os.kill(fork.pid, signal.SIGKILL)
    status = _wait(fork)
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if fork.now:
        outcome: Outcome = "silent" if silent else "cpu limit" if by == signal.SIGXCPU else "crashed"
        fork.ending.outcomes[fork.now] = outcome
    elif status and not fork.ending.failed:
        raise RuntimeError(f"a fork ended with status {status}: {fork.ending.said or 'it said nothing'}")
    return fork.ending
