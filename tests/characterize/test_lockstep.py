"""Lock-step: whatever the scheduler of the machine does, one sequence of operations."""

from __future__ import annotations

import asyncio
import hashlib
import threading

import nats
import pytest

from codemods.characterize.clock import VirtualClock
from codemods.characterize.idle import StuckError
from codemods.characterize.server import NatsServer
from codemods.characterize.tap import Tap
from codemods.characterize.tape import Tape


async def race(tap: Tap) -> None:
    """Two clients with three tasks each that fight for the same keys."""
    clients = [await nats.connect(tap.url, name=name) for name in ("a", "b")]
    kv = [await one.jetstream().create_key_value(bucket="b", history=1) for one in clients]

    async def fight(number: int) -> None:
        mine = kv[number % 2]
        for turn in range(4):
            await mine.put("k", b"%d %d" % (number, turn))
            if turn % 2:
                await asyncio.sleep(0.1)
            await mine.get("k")

    await asyncio.gather(*(fight(number) for number in range(6)))
    for one in clients:
        await one.close()


async def record(clocked: bool = True) -> str:
    with NatsServer() as server:
        tap = Tap(server.host, server.port)
        clock = VirtualClock(tap) if clocked else None
        tape = Tape(tap)
        await race(tap)
        if clock:
            await clock.settle()
        text = tape.text()
        if clock:
            clock.stop()
        tap.close()
        return text


async def test_racing_tasks_give_one_byte_sequence():
    texts = [await record() for _ in range(10)]
    assert len({hashlib.sha256(one.encode()).hexdigest() for one in texts}) == 1
    assert texts[0].count(" put b/k") == 24


async def test_nothing_passes_while_the_code_runs(clock, connect, tape):
    """Input comes in only when the loop is idle, so it cannot come in between."""
    nc = await connect()
    kv = await nc.jetstream().create_key_value(bucket="b")
    task = asyncio.create_task(kv.put("k", b"1"))
    for _ in range(500):
        await asyncio.sleep(0)
    assert not tape.operations("put")
    await task
    assert tape.operations("put")


async def test_code_that_spins_gets_its_answer_all_the_same(clock, connect, tape):
    nc = await connect()
    kv = await nc.jetstream().create_key_value(bucket="b")
    task = asyncio.create_task(kv.put("k", b"1"))
    while not task.done():  # noqa: ASYNC110 - such code is there
        await asyncio.sleep(0)


async def test_work_in_threads_is_waited_for(clock, connect, tape):
    began, end = threading.Event(), threading.Event()

    def job() -> None:
        began.set()
        end.wait(20)

    task = asyncio.create_task(asyncio.to_thread(job))
    await asyncio.to_thread(began.wait, 20)
    clock.parked = 1
    await clock.advance(60)
    assert not task.done()
    clock.parked = 0
    end.set()
    await clock.settle()
    assert task.done()


async def test_waiting_for_what_never_happens_says_so():
    with NatsServer() as server:
        tap = Tap(server.host, server.port)
        runner = asyncio.Runner()

        clocks: list[VirtualClock] = []

        async def hang() -> None:
            clocks.append(VirtualClock(tap))
            await asyncio.Event().wait()

        def run() -> None:
            with pytest.raises(StuckError, match="does not happen, and no timer is set"):
                runner.run(hang())

        await asyncio.get_running_loop().run_in_executor(None, run)
        clocks[0].stop()
        tap.close()


async def test_big_values_pass(clock, connect, tape):
    nc = await connect()
    kv = await nc.jetstream().create_key_value(bucket="b")
    value = b"x" * 900_000
    await kv.put("k", value)
    assert (await kv.get("k")).value == value
