"""Time: what the virtual clock moves, and how little real time it needs."""

from __future__ import annotations

import asyncio
import gc
import time
from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis.internal.conjecture import junkdrawer

from codemods.characterize.clock import VirtualClock
from codemods.characterize.server import NatsServer
from codemods.characterize.tap import Tap

REAL_ONES = [time.monotonic]  # in a list, where nobody replaces it
# As code binds them that does not know of any test.
began_at = monotonic


def age(since, *, now=time.monotonic):
    return now() - since


class Stopwatch:
    clock = time.perf_counter

    def __init__(self, clock=monotonic):
        self.mine = clock

    def read(self):
        return Stopwatch.clock(), self.mine()


async def test_an_hour_of_beats(clock, connect, tape):
    nc = await connect("w")
    js = nc.jetstream()
    kv = await js.create_key_value(bucket="b", history=1, ttl=60)

    async def beat():
        while True:
            await kv.put("k", b"%d" % loop.time())
            await asyncio.sleep(15)

    loop = asyncio.get_running_loop()
    task = asyncio.create_task(beat())
    await clock.advance(hours=1)
    task.cancel()
    puts = tape.operations("put", "b/k")
    assert len(puts) == 241
    assert [one.at for one in puts[:3]] == [0, 15, 30]
    assert all(one.answers[0].status == "ok" for one in puts)


async def test_all_clocks_move_together(clock):
    loop = asyncio.get_running_loop()
    before = loop.time(), time.time(), time.monotonic(), datetime.now().timestamp(), time.time_ns()
    await clock.advance(minutes=2, seconds=0.5)
    after = (
        loop.time(),
        time.time(),
        time.monotonic(),
        datetime.now().timestamp(),
        time.time_ns() - 120_499_999_999,
    )
    assert [round(b - a, 6) for a, b in zip(before, after, strict=True)][:4] == [120.5] * 4


async def test_names_that_were_bound_before_move_too(clock):
    before = began_at(), age(0), *Stopwatch().read()
    await clock.advance(90)
    after = began_at(), age(0), *Stopwatch().read()
    assert [round(b - a, 3) for a, b in zip(before, after, strict=True)] == [90] * 4


async def test_the_real_ones_are_back_afterwards(nats_tap):
    clock = VirtualClock(nats_tap)
    assert began_at is not REAL_ONES[0] and time.monotonic is not REAL_ONES[0]
    clock.stop()
    assert (
        began_at is REAL_ONES[0]
        and time.monotonic is REAL_ONES[0]
        and Stopwatch.__init__.__defaults__ == (REAL_ONES[0],)
    )
    assert age.__kwdefaults__ == {"now": REAL_ONES[0]}


async def test_collecting_garbage_takes_no_virtual_time(clock):
    junkdrawer.gc_cumulative_time()  # from here on hypothesis asks for the time at each collection
    for _ in range(20):
        gc.collect(0)
    assert time.monotonic() == asyncio.get_running_loop().time()


async def test_local_time_is_utc_on_each_machine(clock):
    assert datetime.now() == datetime.now(UTC).replace(tzinfo=None) == datetime(2030, 1, 1)
    assert time.localtime().tm_hour == 0


async def test_a_sleep_without_await_makes_timers_late(clock):
    loop, rang = asyncio.get_running_loop(), []
    loop.call_later(1, lambda: rang.append(clock.elapsed))
    time.sleep(5)  # noqa: ASYNC251 - just that is the subject
    assert (clock.elapsed, rang) == (5, [])
    await clock.settle()
    assert rang == [5]


async def test_a_sleep_in_a_thread_is_real(clock):
    await asyncio.to_thread(time.sleep, 0.001)
    assert clock.elapsed == 0


async def test_the_clock_is_advanced_by_one_task_at_a_time(clock):
    first = asyncio.create_task(clock.advance(10))
    await asyncio.sleep(1)
    with pytest.raises(RuntimeError, match="already being advanced"):
        await clock.advance(1)
    await first


def test_another_loop_is_refused():
    class Other:
        def __getattr__(self, name):
            raise AttributeError(name)

    with NatsServer() as server:
        tap = Tap(server.host, server.port)
        asyncio.events._set_running_loop(Other())
        try:
            with pytest.raises(RuntimeError, match=r"asyncio's own selector loop, and this is a .*Other"):
                VirtualClock(tap)
        finally:
            asyncio.events._set_running_loop(None)
            tap.close()


class Ring:
    """Holds a class that holds it."""

    class Inner:
        now = monotonic


Ring.Inner.outer = Ring  # type: ignore[attr-defined]


async def test_classes_that_hold_one_another(clock):
    before = Ring.Inner.now()
    await clock.advance(5)
    assert Ring.Inner.now() == before + 5
