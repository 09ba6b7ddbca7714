"""Doing something at regular times, and at once when it is asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from worker.exceptions import WorkerIdTakenError

logger = logging.getLogger("worker.worker")


class Heartbeat:
    """Calls `beat` every `interval` seconds, until it is stopped or the worker's id is another's."""

    def __init__(self, who: str, interval: float, beat: Callable[[], Awaitable[None]]) -> None:
        # How late the loop let the last beat be: the first sign of a job that blocks it.
        self.lag = 0.0
        self._who = who
        self._interval = interval
        self._beat = beat
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._stopping = False

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, name: str) -> None:
        """Once started, this does nothing."""
        if self.running:
            return
        self._stopping = False
        self._wake.clear()
        self._task = asyncio.create_task(self._loop(), name=name)

    async def stop(self) -> None:
        """Wait for a beat that is being made, and make no more."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        self._wake.set()
        await task

    def wake(self) -> None:
        """Beat at once."""
        self._wake.set()

    async def _loop(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping:
            due = loop.time() + self._interval
            try:
                await asyncio.wait_for(self._wake.wait(), timeout=self._interval)
            except TimeoutError:
                self.lag = round(max(0.0, loop.time() - due), 3)
            self._wake.clear()
            if self._stopping:
                break
            try:
                await self._beat()
            except WorkerIdTakenError:
                break
            except Exception:
                # A bug here must not look like a dead worker.
                logger.exception("Beat of worker %s failed", self._who)
