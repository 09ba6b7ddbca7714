"""The clock stands still while anything is on its way, however slow the tap and the server are.

In each test one of them loses the processor at a moment where the machine's scheduler may take it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import nats
import pytest

import codemods.characterize
from codemods.characterize import link as links
from codemods.characterize.clock import VirtualClock
from codemods.characterize.frames import Frame, read_frame
from codemods.characterize.link import Link
from codemods.characterize.server import NatsServer, _sleep
from codemods.characterize.tap import Tap
from codemods.characterize.tape import Tape

KIT = str(Path(codemods.characterize.__file__).parent)
LATE = 0.3  # real seconds, more than the kit's own patience with a full socket


async def scenario(tap: Tap) -> None:
    """One client alone, then two at once, of which one is cut off and comes again."""

    async def client(name: str) -> None:
        nc = await nats.connect(tap.url, name=name, error_cb=quiet)
        kv = await nc.jetstream().create_key_value(bucket=name, history=1)
        await kv.put("k", b"1")
        await asyncio.sleep(1)
        if name == "a":
            tap.cut("a")
        await asyncio.sleep(4)
        await kv.put("k", b"2")
        await nc.close()

    async def quiet(error: Exception) -> None:
        pass

    await client("c")
    await asyncio.gather(client("a"), client("b"))


async def record(slow: Callable[[Tap, NatsServer], None]) -> str:
    with NatsServer() as server:
        tap = Tap(server.host, server.port)
        clock = VirtualClock(tap)
        tape = Tape(tap)
        slow(tap, server)
        try:
            await scenario(tap)
            await clock.settle()
            return tape.text()
        finally:
            clock.stop()
            tap.close()


def fast(tap: Tap, server: NatsServer) -> None:
    pass


def each_line(tap: Tap, server: NatsServer) -> None:
    """The tap stops before each line of the kit's own."""

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            _sleep(0.001)
        return line

    def called(frame: FrameType, event: str, arg: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(KIT) else None

    tap.loop.call_soon_threadsafe(sys.settrace, called)


def each_turn(tap: Tap, server: NatsServer) -> None:
    """The tap stops between any two turns of its loop."""

    class Slow:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

        def poll(self, *args: Any) -> Any:
            _sleep(0.002)
            return self.inner.poll(*args)

    selector: Any = tap.loop._selector  # type: ignore[attr-defined]
    selector._selector = Slow(selector._selector)


def late_to_see_the_end(tap: Tap, server: NatsServer) -> None:
    """The tap learns only after a while that a client is gone."""

    async def read(reader: asyncio.StreamReader) -> Frame | None:
        if (frame := await read_frame(reader)) is None:
            await asyncio.sleep(0.05)
        return frame

    links.read_frame = read


def late_to_accept(tap: Tap, server: NatsServer | None = None) -> None:
    """The tap does not know of a new connection yet."""
    tap._accept = _after(LATE, tap._accept)  # type: ignore[method-assign]
    tap.call(tap._refuse())
    tap.call(tap._open())


def late_to_connect(tap: Tap, server: NatsServer) -> None:
    """The tap has a client, and for that one no connection to the server yet."""
    Link.run = _after(LATE, Link.run)  # type: ignore[method-assign]


def stopped_server(tap: Tap, server: NatsServer) -> None:
    """The server says nothing for a while."""
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)
    threading.Timer(LATE, os.kill, (server.pid, signal.SIGCONT)).start()


def _after(seconds: float, work: Callable[..., Any]) -> Callable[..., Any]:
    async def late(*args: Any) -> Any:
        await asyncio.sleep(seconds)
        return await work(*args)

    return late


@pytest.fixture(autouse=True)
def the_kit_as_it_is(monkeypatch):
    """What a test puts in the kit's place is gone after it."""
    monkeypatch.setattr(links, "read_frame", links.read_frame)
    monkeypatch.setattr(Link, "run", Link.run)


@pytest.mark.parametrize(
    "slow", [each_line, each_turn, late_to_see_the_end, late_to_accept, late_to_connect, stopped_server]
)
async def test_whoever_is_slow_the_tape_is_the_same(slow):
    expected = await record(fast)
    assert await record(slow) == expected


async def test_a_client_that_is_sent_something_first_does_not_read_it_first(clock, connect, tape):
    """Both are given what they are sent when all of it is there."""
    slow: list[Any] = []

    async def read(reader: asyncio.StreamReader) -> Frame | None:
        frame = await read_frame(reader)
        if reader in slow:
            await asyncio.sleep(LATE)
        return frame

    links.read_frame = read

    one, two, speaker = [await connect(name) for name in ("one", "two", "speaker")]

    def listener(client: Any, name: str) -> Any:
        async def heard(_: Any) -> None:
            await client.publish(f"heard.{name}", b"")

        return heard

    for client, name in ((one, "one"), (two, "two")):
        await client.subscribe("news", cb=listener(client, name))
    await clock.settle()
    slow += [link.server_reader for link in clock.tap.links if link.name == "one"]
    await speaker.publish("news", b"")
    await clock.settle()
    assert [one.target for one in tape.operations("publish") if "heard" in one.target] == ["heard.one", "heard.two"]


async def test_who_has_just_connected_is_cut_as_well(clock, connect, tape, faults):
    """A connection is there when the kernel has made it, and not when the tap comes to it."""
    late_to_accept(clock.tap)
    task = asyncio.create_task(connect("w"))
    while not clock.meters.connecting:  # noqa: ASYNC110 - to be there before the loop is idle
        await asyncio.sleep(0)
    faults.cut()
    await task
    assert [(one.at, one.what) for one in tape.records if hasattr(one, "what")] == [(0, "cut"), (2, "connect")]


async def test_what_is_let_go_in_a_row_goes_in_a_row(clock, connect, tape, faults):
    kv = await (await connect("w")).jetstream().create_key_value(bucket="b", history=1)
    held = [faults.hold("put", f"b/{key}") for key in "xy"]
    writes = [asyncio.create_task(kv.put(key, b"1")) for key in "xy"]
    await clock.advance(1)
    forward, seconds = clock.tap.pipeline.forward, iter([0.0, LATE])

    async def late(*args: Any, **options: Any) -> None:
        await asyncio.sleep(next(seconds))
        await forward(*args, **options)

    clock.tap.pipeline.forward = late
    for one in held:
        one.release()
    await clock.settle()
    assert [one.result() for one in writes] == [1, 2]


async def test_what_a_lost_connection_leaves_behind_is_cleared_away(clock, connect, tape):
    """The server closes a connection by itself, and what its client waited for is taken back."""
    nc = await connect("w", allow_reconnect=False)
    left, done = clock.tap.consumers.left, []

    async def late(link: Link) -> None:
        await asyncio.sleep(LATE)
        await left(link)
        done.append(link.name)

    clock.tap.consumers.left = late
    await nc.publish("longer.than.a.line.may.be." + "x" * 5000, b"")
    await clock.settle()
    assert nc.is_closed
    assert "w" in done
