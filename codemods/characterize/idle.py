"""What happens when the event loop has nothing to do: where the network, and then time, moves on.

The loop's selector is wrapped. While callbacks are ready, no input comes in. When the loop is idle, the
wrapper waits until nothing is on its way any more (exactly: bytes counted on both sides), and then gives
the loop all input that there is, in a fixed order; if there is none, it lets one frame of one client
pass; and if no frame waits either, the system is quiescent, and only then may the clock move.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Any

from codemods.characterize.link import Link
from codemods.characterize.meters import Meter, Meters
from codemods.characterize.tap import Tap
from codemods.characterize.threads import OneByOne

PATIENCE = 20.0  # real seconds in which something must happen that is on its way
CLOGGED = 0.25  # real seconds after which a full socket is given to the loop, whatever else is on its way
SPINS = 1000  # turns of the loop without idling after which input comes in all the same
_monotonic, _sleep = time.monotonic, time.sleep


class StuckError(RuntimeError):
    """Nothing can happen any more, or does not; the message says what was waited for."""


class IdleSelector:
    """Stands in for the loop's selector."""

    def __init__(self, loop: Any, tap: Tap, meters: Meters, quiescent: Callable[[], bool]) -> None:
        self.inner = loop._selector
        self.loop, self.tap, self.meters = loop, tap, meters
        self.quiescent = quiescent
        self.threads = 0  # jobs in executors
        self.parked = 0  # of which so many are known to wait for the test
        self.one_by_one: OneByOne | None = None  # in a rehearsal
        self.spins = 0
        self.on = True
        self._run_in_executor: Any = loop.run_in_executor
        loop._selector = self
        loop.run_in_executor = self._counted

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _counted(self, executor: Any, func: Any, *args: Any) -> Any:
        if self.one_by_one:
            func = self.one_by_one.hold(func)
        future = self._run_in_executor(executor, func, *args)
        self.threads += 1
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: Any) -> None:
        self.threads -= 1
        if self.one_by_one:
            self.one_by_one.ended()

    def remove(self) -> None:
        """Give the loop its own selector back."""
        self.on = False
        self.loop._selector = self.inner
        self.loop.run_in_executor = self._run_in_executor
        if self.one_by_one:
            self.one_by_one.release()

    def select(self, timeout: float | None = None) -> list[Any]:
        """What the loop calls each turn: with 0 while it has something to do."""
        if not self.on:
            return self.inner.select(timeout)
        self.spins += 1
        if timeout == 0 and self.spins < SPINS:
            return []
        self.spins = 0
        try:
            return self._idle(busy=bool(self.loop._ready))
        except BaseException:
            self.on = False  # what comes after runs in real time, and ends
            raise

    def _idle(self, busy: bool) -> list[Any]:
        began = _monotonic()
        while busy or not self.loop._ready:
            if self.tap.failure:
                raise self.tap.failure
            self.tap.stirred.clear()
            why = self._on_its_way()
            waited = _monotonic() - began
            may_read = why is None or self.meters.connecting or waited > CLOGGED
            if may_read and (events := self.inner.select(0)):
                return sorted(events, key=lambda one: self.meters.order(one[0].fd))
            if why is None:
                if self.tap.release(self.meters.sent_as):
                    began = _monotonic()
                    continue
                if busy:
                    return []
                if self.threads <= self.parked:
                    if not self.quiescent():
                        return []
                    began = _monotonic()
                    continue
                why = f"{self.threads} job(s) in threads (`clock.parked` says how many wait for the test)"
            if waited > PATIENCE:
                raise StuckError(f"waited {PATIENCE:g} real seconds for {why}")
            if self.threads > self.parked:
                if self.one_by_one:
                    self.one_by_one.idle()
                self.inner.select(0.0005)
            else:
                self.tap.stirred.wait(0.001)
        return []

    def _on_its_way(self) -> str | None:
        """What is on its way between clients, tap and server, in words; None when nothing is."""
        if self.tap.working:
            return "the server to finish what it does"
        if self.meters.connecting:
            return "a connection to be made"
        links = {link.key: link for link in self.tap.links}
        for meter in list(self.meters.all):
            link = links.get(meter.key)
            if link is None:
                return "a connection to be accepted"
            if meter.closed and link.closed:
                self.meters.all.remove(meter)
            elif why := self._between(meter, link):
                return why
        return "the server to finish what it does" if self.tap.working else None

    def _between(self, meter: Meter, link: Link) -> str | None:
        if meter.closed:
            return None if link.hung_up else f"{link.name} to be closed"
        if link.closed:
            return None if meter.ended or self._readable(meter) else f"{link.name} to learn that it was closed"
        if not link.greeted:
            return f"{link.name} to be greeted by the server"
        if meter.sent != link.got:
            return f"what {link.name} sent"
        return f"what {link.name} is sent" if meter.arrived() != link.sent else None

    @staticmethod
    def _readable(meter: Meter) -> bool:
        return bool(select.select([meter.fd], [], [], 0)[0])
