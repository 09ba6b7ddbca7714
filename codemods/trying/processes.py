"""Runs commands in process groups of their own, so many at once, and leaves none behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """What is run: words, or one text for the shell; where, with which environment, and for how many seconds.

    What it says on stdout and stderr goes to the file ``output``; it has no stdin.
    """

    words: Sequence[str] | str
    folder: Path
    environment: Mapping[str, str]
    output: Path
    limit: float | None = None


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (negative: the signal; None: its time was over), and how long it took."""

    code: int | None
    seconds: float


# A signal that comes just before the main thread blocks is not handled until it wakes up: it never blocks for longer.
_SECONDS = 0.2


def run_all(commands: Sequence[Command], at_once: int) -> list[Ended]:
    """Run the commands, ``at_once`` of them side by side; how each ended, in their order."""
    group = _Group()
    with ThreadPoolExecutor(max(1, at_once)) as pool:
        try:
            futures = [pool.submit(group.run, command) for command in commands]
            pending = set(futures)
            while pending:
                done, pending = wait(pending, _SECONDS, FIRST_EXCEPTION)
                for future in done:
                    future.result()
            return [future.result() for future in futures]
        except BaseException:
            group.end()
            raise


class _Group:
    """The processes that are running; after ``end`` there are none, and there will be none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, command: Command) -> Ended:
        began = time.perf_counter()
        with command.output.open("wb") as output:
            with self._lock:
                if self._ended:
                    return Ended(None, 0.0)
                process = subprocess.Popen(
                    command.words,
                    shell=isinstance(command.words, str),
                    cwd=command.folder,
                    env=dict(command.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self._running.add(process)
            try:
                code: int | None = process.wait(command.limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _kill(process)  # Also what it started and did not wait for.
                with self._lock:
                    self._running.discard(process)
        return Ended(code, time.perf_counter() - began)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            for process in self._running:
                _kill(process, wait=False)


def _kill(process: subprocess.Popen[bytes], wait: bool = True) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    if wait:
        process.wait()
