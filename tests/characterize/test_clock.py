"""Time: what the virtual clock moves, and how little real time it needs."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

REAL = time.perf_counter


async def test_an_hour_of_beats_takes_milliseconds(clock, connect, tape):
    nc = await connect("w")
    js = nc.jetstream()
    kv = await js.create_key_value(bucket="b", history=1, ttl=60)

    async def beat():
        while True:
            await kv.put("k", b"%d" % loop.time())
            await asyncio.sleep(15)

    loop = asyncio.get_running_loop()
    task = asyncio.create_task(beat())
    began = REAL()
    await clock.advance(hours=1)
    real = REAL() - began
    task.cancel()
    puts = tape.operations("put", "b/k")
    assert len(puts) == 241
    assert [one.at for one in puts[:3]] == [0, 15, 30]
    assert all(one.answers[0].status == "ok" for one in puts)
    print(real)
    assert real < 3


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
