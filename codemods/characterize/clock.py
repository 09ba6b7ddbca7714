"""One virtual clock for `loop.time()`, `time.time()`, `datetime.now()`, `time.monotonic()`, and the server.

It stands still until the test moves it (`await clock.advance(hours=1)`), or until the test itself waits
for something that only time can bring: then it jumps from timer to timer, never past one, and only when
nothing else can happen.
"""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import time_machine

from codemods.characterize.aliases import Aliases
from codemods.characterize.idle import IdleSelector, StuckError
from codemods.characterize.meters import Meters
from codemods.characterize.tap import Tap

START = datetime(2030, 1, 1, tzinfo=UTC)
LOOP_START = 1000.0  # what loop.time() shows at the start
WAITS = 2 * 3600.0  # virtual seconds that pass by themselves while a test waits
TIMES = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
ASKED_OFTEN = 8  # times at one moment, after which time.monotonic() ticks
HAIR = 1e-6  # what sums of floats may be off
_monotonic = time.monotonic


class VirtualClock:
    """The fixture `clock`. Made inside the running loop; drives it, and the tap in lock-step."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.loop: Any = asyncio.get_running_loop()
        if not hasattr(self.loop, "_selector"):
            kind = f"{type(self.loop).__module__}.{type(self.loop).__name__}"
            raise RuntimeError(f"the virtual clock needs asyncio's own selector loop, and this is a {kind}")
        self._now = LOOP_START
        self._target: float | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._unasked_since = LOOP_START
        self._thread = threading.current_thread()
        self._asked, self._ticked = 0, 0.0
        self._freeze_loop()
        self._wall = time_machine.travel(START, tick=False)
        self._traveller = self._wall.start()
        instead: dict[str, Any] = {name: self._ticks_ns if name.endswith("_ns") else self._ticks for name in TIMES}
        instead["sleep"] = self._sleep
        self._originals = {name: getattr(time, name) for name in instead}
        self._aliases = Aliases({self._originals[name]: new for name, new in instead.items()})
        for name, new in instead.items():
            setattr(time, name, new)
        self.meters = Meters(self.loop, tap.port)
        self.selector = IdleSelector(self.loop, tap, self.meters, self._quiescent)
        tap.elapsed = lambda: self.elapsed
        tap.gated = True
        self._tell_server()

    def _freeze_loop(self) -> None:
        shift = LOOP_START - self.loop.time()
        for handle in self.loop._scheduled:  # timers keep their distance, and so the heap its order
            handle._when += shift
        self.loop.time = lambda: self._now

    def _ticks(self) -> float:
        """What `time.monotonic()` shows: the loop's time, until it is asked over and over at one moment.

        Code that waits until `monotonic() - start` is *more* than its timeout would ask for ever, since
        here a timer fires exactly when it is due; nats-py does. So from some number of questions on, each
        adds a nanosecond, and from a large number on ever more.
        """
        if threading.current_thread() is self._thread:
            self._asked += 1
            if self._asked > ASKED_OFTEN:
                self._ticked = max(self._ticked, self._now) + 1e-9 * 2 ** min(self._asked // 1000, 30)
        return max(self._ticked, self._now)

    def _sleep(self, seconds: float) -> None:
        """What `time.sleep()` does: in the loop's thread it holds everything up, virtually; in others, really."""
        if threading.current_thread() is not self._thread or seconds < 0:
            self._originals["sleep"](seconds)
        else:
            self.block(seconds)

    def _ticks_ns(self) -> int:
        return round(self._ticks() * 1e9)

    # -- for tests ---------------------------------------------------------------------------------

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start of the test."""
        return self._now - LOOP_START

    @property
    def parked(self) -> int:
        """How many jobs in threads are known to wait for the test, so that time may pass meanwhile."""
        return self.selector.parked

    @parked.setter
    def parked(self, count: int) -> None:
        self.selector.parked = count

    def now(self) -> datetime:
        """The virtual moment, as `datetime.now(UTC)` shows it too."""
        return datetime.fromtimestamp(START.timestamp() + self.elapsed, UTC)

    async def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Let so much time pass, timer by timer; returns when all that follows from it has happened."""
        if self._waiter and not self._waiter.done():
            raise RuntimeError("the clock is already being advanced, by another task")
        self._target = self._now + seconds + 60 * minutes + 3600 * hours
        self._waiter = waiter = self.loop.create_future()
        try:
            await waiter
        finally:
            self._target = self._waiter = None
            self._unasked_since = self._now

    async def settle(self) -> None:
        """Return when nothing more can happen unless time passes."""
        await self.advance(0)

    def block(self, seconds: float) -> None:
        """Let time pass as for code that works without an `await`: timers that are due run late."""
        self._show(self._now + seconds)

    def stop(self) -> None:
        """Time runs on, from where it stands."""
        self.tap.gated = False
        self.selector.remove()
        self.meters.remove()
        shift = self._now - _monotonic()
        self.loop.time = lambda: _monotonic() + shift
        for name, original in self._originals.items():
            setattr(time, name, original)
        self._aliases.restore()
        self._wall.stop()

    # -- moving ------------------------------------------------------------------------------------

    def _quiescent(self) -> bool:
        """Nothing more can happen at this moment: bring the next one, or tell who waits for it.

        True when the server has something to do first: its timers go before those of the loop.
        """
        due = self._next_due()
        if self._waiter and not self._waiter.done():
            assert self._target is not None
            if due is None or due > self._target:
                self._show(self._target)
                self._waiter.set_result(None)
                return False
        elif due is None or due > self._unasked_since + WAITS:
            when = "and no timer is set" if due is None else f"for {WAITS / 3600:g} virtual hours"
            raise StuckError(
                f"the test waits for something that does not happen, {when}; "
                "if it only needs time, use `await clock.advance(...)`"
            )
        self._show(due)
        return self._fire()

    def _next_due(self) -> float | None:
        timers = [handle._when for handle in self.loop._scheduled if not handle._cancelled]
        server = self.tap.timers.next_due()
        return min([*timers, *([server + LOOP_START] if server is not None else [])], default=None)

    def _fire(self) -> bool:
        server = self.tap.timers.next_due()
        if server is None or server > self.elapsed + HAIR:
            return False
        self.tap.fire(self.elapsed + HAIR)
        return True

    def _show(self, to: float) -> None:
        if to > self._now:
            self._now = to
            self._asked = 0
            self._traveller.move_to(START.timestamp() + self.elapsed)
            self._tell_server()

    def _tell_server(self) -> None:
        real = time_machine.escape_hatch.time.time_ns()
        self.tap.server_time.moved(real, round((START.timestamp() + self.elapsed) * 1e9))
