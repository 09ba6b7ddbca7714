"""The jobs that a worker has in hand: one task each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Hands:
    """So many tasks at a time; `changed` hears of each that ends."""

    def __init__(self, slots: int, changed: Callable[[], None]) -> None:
        self._slots = slots
        self._changed = changed
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def free(self) -> int:
        """How many more there is room for."""
        return self._slots - len(self._tasks)

    def take(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def finish(self, within: float, at_once: asyncio.Event) -> bool:
        """Let them end, for so many seconds or until `at_once`, and cancel the rest. False if time was over."""
        in_time = True
        if self._tasks:
            hurry = asyncio.create_task(at_once.wait())
            all_done = asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.wait({hurry, all_done}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            in_time = all_done.done() or at_once.is_set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return in_time

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed()
