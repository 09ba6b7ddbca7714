"""What happens when the event loop has nothing to do: where the network, and then time, moves on.

The loop's selector is wrapped. While callbacks are ready, no input comes in. When the loop is idle, the
wrapper waits until nothing is on its way any more (exactly: bytes counted on both sides, by books that are
read between two turns of the tap's loop), and then gives the loop all input that there is, in a fixed
order; if there is none, it lets one frame of one client pass; and if no frame waits either, the system is
quiescent, and only then may the clock move.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from codemods.characterize.link import Link
from codemods.characterize.meters import Meter, Meters, writable
from codemods.characterize.tap import Tap
from codemods.characterize.threads import OneByOne

PATIENCE = 20.0  # real seconds in which something must happen that is on its way
CLOGGED = 0.25  # real seconds after which full sockets, and they alone, are given to the loop to make room
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
        tap.rest = self.rest

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
        self.tap.rest = lambda: None
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
            with self.tap.whole:
                why = self._on_its_way()
            waited = _monotonic() - began
            if (why is None or waited > CLOGGED) and (events := self._events(only_clogged=why is not None)):
                return events
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

    def _events(self, only_clogged: bool) -> list[Any]:
        """What the loop is given: all input, or what lets full sockets run on while other things are on their way.

        Those are clients that hold back something to write, and clients that must read before there is more.
        """
        events = self.inner.select(0)
        if only_clogged:
            with self.tap.whole:
                masks = self._clogged()
            events = [(key, mask & masks.get(key.fd, 0)) for key, mask in events if mask & masks.get(key.fd, 0)]
        return sorted(events, key=lambda one: self.meters.order(one[0].fd))

    def _clogged(self) -> dict[int, int]:
        links = {link.key: link for link in self.tap.links}
        masks = {}
        for meter in self.meters.open():
            link = links.get(meter.key)
            full = link and not link.closed and link.handed_over and meter.arrived() != link.sent
            masks[meter.fd] = EVENT_WRITE | (EVENT_READ if full else 0)
        return masks

    def rest(self) -> None:
        """Return when the tap is done with what was let through, and knows of all connections that were made."""
        began = _monotonic()
        while why := self._still():
            if _monotonic() - began > PATIENCE:
                raise StuckError(f"waited {PATIENCE:g} real seconds for {why}")
            self.tap.stirred.wait(0.001)

    def _still(self) -> str | None:
        self.tap.stirred.clear()
        with self.tap.whole:
            return self._half_done({link.key: link for link in self.tap.links})

    def _on_its_way(self) -> str | None:
        """What is on its way between clients, tap and server, in words; None when nothing is."""
        links = {link.key: link for link in self.tap.links}
        if why := self._half_done(links):
            return why
        for meter in list(self.meters.all):
            link = links[meter.key]
            if meter.closed and link.over:
                self.meters.all.remove(meter)
            elif why := self._between(meter, link):
                return why
        return None

    def _half_done(self, links: dict[int, Link]) -> str | None:
        """What the tap is about, not counting what waits in sockets."""
        if self.tap.working:
            return "the server to finish what it does"
        if not all(writable(one) for one in self.meters.connecting):
            return "a connection to be made"
        for key in [*self.meters.made(), *(one.key for one in self.meters.all)]:
            link = links.get(key)
            if link is None:
                return "a connection to be accepted"
            if not (link.greeted or link.closed or link.hung_up):
                return f"{link.name} to be greeted by the server"
            if link.closed and not link.over:
                return f"{link.name} to be over"
        return None

    def _between(self, meter: Meter, link: Link) -> str | None:
        if meter.closed:
            return None if link.hung_up else f"{link.name} to be closed"
        if link.closed:
            return None if meter.ended or self._readable(meter) else f"{link.name} to learn that it was closed"
        if meter.sent != link.got:
            return f"what {link.name} sent"
        return f"what {link.name} is sent" if meter.arrived() != link.sent else None

    @staticmethod
    def _readable(meter: Meter) -> bool:
        return bool(select.select([meter.fd], [], [], 0)[0])
