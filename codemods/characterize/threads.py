"""In a rehearsal, jobs in threads go one at a time, in an order that is as legal as any other.

Code that is right whatever its threads do writes the same tape then, and a race shows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 0.05  # real seconds after which the next job may go, for the one before may wait for it
_monotonic = time.monotonic


class OneByOne:
    """Holds jobs back until the loop is idle, and then lets one go: the newest, or the oldest."""

    def __init__(self, newest_first: bool) -> None:
        self.newest_first = newest_first
        self._waiting: list[threading.Event] = []
        self._going = 0
        self._since = 0.0

    def hold(self, job: Callable[..., Any]) -> Callable[..., Any]:
        """The job, which now waits for its turn when it has a thread."""
        turn = threading.Event()
        self._waiting.append(turn)

        def when_it_is_its_turn(*args: Any) -> Any:
            turn.wait()
            return job(*args)

        return when_it_is_its_turn

    def ended(self) -> None:
        """A job is done, and the loop knows."""
        self._going -= 1

    def idle(self) -> None:
        """The loop waits for nothing but threads."""
        if self._waiting and (self._going <= 0 or _monotonic() - self._since > PATIENCE):
            self._waiting.pop(-1 if self.newest_first else 0).set()
            self._going += 1
            self._since = _monotonic()

    def release(self) -> None:
        """The end: let all go."""
        while self._waiting:
            self._waiting.pop().set()
