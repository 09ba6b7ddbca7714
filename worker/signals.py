"""An event that one task waits for, for some time at most; `asyncio.wait_for` makes a task for that, each time."""

from __future__ import annotations

import asyncio


class Signal:
    """Set by anybody, waited for by one."""

    def __init__(self) -> None:
        self._set = False
        self._waiter: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        return self._set

    def clear(self) -> None:
        self._set = False

    def set(self) -> None:
        self._set = True
        self.wake()

    async def wait(self, seconds: float | None = None) -> bool:
        """Whether it was set, after so many seconds at most."""
        if self._set or (seconds is not None and seconds <= 0):
            return self._set
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, self.wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()
        return self._set

    def wake(self) -> None:
        """Let the one who waits go on, without setting it."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
