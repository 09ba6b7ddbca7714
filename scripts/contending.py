"""Job queues, each in the same terms: enqueue no-ops, run them in this process, time one from call to result.

Every class says how it does these three things with what its library offers by default, and with results stored.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Done = Callable[[], None]


class Meter:
    """Clocks at the first and the last of the jobs, so that starting and ending a process is not counted."""

    def __init__(self) -> None:
        self.jobs = 0
        self._first = self._last = (0.0, 0.0)

    def tick(self) -> None:
        self._last = time.perf_counter(), time.process_time()
        self.jobs += 1
        if self.jobs == 1:
            self._first = self._last

    def measured(self) -> dict[str, float]:
        """Per job: seconds, and seconds of CPU of this process."""
        seconds, cpu = (last - first for first, last in zip(self._first, self._last, strict=True))
        return {"seconds": seconds / (self.jobs - 1), "cpu": cpu / (self.jobs - 1)}


METER = Meter()


async def nothing(*_: Any) -> None:
    """The job."""
    METER.tick()


class Countdown:
    """Tells when so many jobs have been done."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()

    def done(self) -> None:
        with self._lock:
            self._left -= 1
            over = self._left == 0
        if over:
            self._loop.call_soon_threadsafe(self._over.set)

    async def over(self) -> None:
        await self._over.wait()


@dataclass
class Contender:
    """One queue; `nats` and `redis` are the URLs of the servers."""

    nats: str
    redis: str
    name = ""
    results = True  # whether it stores what jobs return
    needs_redis = False

    async def enqueue(self, number: int) -> None:
        raise NotImplementedError

    async def run(self, slots: int, number: int) -> None:
        """Run so many jobs that are there, `slots` at a time; from a process that has just started."""
        raise NotImplementedError

    async def serve(self) -> None:
        """Run jobs one at a time, until cancelled."""
        raise NotImplementedError

    async def caller(self) -> tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]:
        """(have a job run and wait for its result, end)"""
        raise NotImplementedError
