"""Timers of the server that run on virtual time: who moves the clock fires them."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Action = Callable[[], Awaitable[None]]


@dataclass(order=True, slots=True)
class Timer:
    """One thing to do at a virtual moment, unless cancelled before."""

    due: float
    number: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Timers:
    """A heap of timers; set on the tap's thread, looked at from the clock's."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._overdue: list[Timer] = []  # due while there was no server to do it
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def at(self, due: float, action: Action) -> Timer:
        timer = Timer(due, next(self._numbers), action)
        with self._lock:
            heapq.heappush(self._heap, timer)
        return timer

    def next_due(self) -> float | None:
        """When the next one is due, or None."""
        with self._lock:
            while self._heap and self._heap[0].cancelled:
                heapq.heappop(self._heap)
            return self._heap[0].due if self._heap else None

    async def fire(self, now: float) -> None:
        """Run the first one that is due, if one is."""
        if (due := self.next_due()) is not None and due <= now:
            with self._lock:
                timer = heapq.heappop(self._heap)
            try:
                await timer.action()
            except OSError:
                self._overdue.append(timer)
                raise

    def catch_up(self) -> None:
        """The server is there again: it does now what was due in the meantime."""
        with self._lock:
            for timer in self._overdue:
                heapq.heappush(self._heap, timer)
            self._overdue.clear()
