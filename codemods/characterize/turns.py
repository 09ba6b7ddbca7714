"""Whole turns: who looks at what another thread's event loop keeps sees nothing that is half done."""

from __future__ import annotations

import selectors
import threading
from typing import Any


class Turns(selectors.DefaultSelector):
    """The selector of a loop that holds `lock` while it runs callbacks, and lets go of it between two turns.

    Between turns alone do its books agree: a byte is counted as read and its frame not yet in the inbox only
    in the middle of one, and the thread may lose the processor there. Run the loop with the lock held.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def select(self, timeout: float | None = None) -> list[Any]:
        self.lock.release()
        try:
            return super().select(timeout)
        finally:
            self.lock.acquire()
