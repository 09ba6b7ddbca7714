"""One run of one command: seconds by the clock, seconds of processor, peak memory; and medians of several."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """Medians of several runs. ``megabytes`` is the peak of the largest process; ``note`` says why there are none."""

    seconds: float = 0.0
    processor: float = 0.0
    megabytes: float = 0.0
    note: str = ""

    @property
    def ok(self) -> bool:
        return not self.note


def measure(
    command: Sequence[str],
    folder: Path,
    runs: int,
    limit: float,
    before: Callable[[], None] = lambda: None,
    codes: Sequence[int] = (0,),
) -> Run:
    """Medians of ``runs`` runs, each after ``before``; a run that takes longer than ``limit`` seconds ends them."""
    found = []
    for _ in range(runs):
        before()
        one = _run(command, folder, limit, codes)
        if not one.ok:
            return one
        found.append(one)
        if one.seconds > limit / 4:
            break  # What takes this long is measured once.
    return Run(*(statistics.median(getattr(r, part) for r in found) for part in ("seconds", "processor", "megabytes")))


def _run(command: Sequence[str], folder: Path, limit: float, codes: Sequence[int]) -> Run:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    late = signal.setitimer(signal.ITIMER_REAL, limit)
    del late
    try:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        os.wait4(process.pid, 0)
        return Run(note=f"more than {limit:.0f} s")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in codes:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or [""]
        return Run(note=f"failed ({code}): {last[0][:90]}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _late(*_: object) -> None:
    raise TimeoutError


signal.signal(signal.SIGALRM, _late)
