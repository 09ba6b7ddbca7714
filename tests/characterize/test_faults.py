"""Faults: each does what it says, on record, and the client sees what it would see."""

from __future__ import annotations

import asyncio

import nats.errors
import nats.js.errors
import pytest


@pytest.fixture
async def kv(clock, connect):
    nc = await connect("w")
    return await nc.jetstream().create_key_value(bucket="b", history=1)


async def test_cut_and_connected_again(clock, connect, tape, faults, recorded):
    seen = []

    async def note(what):
        seen.append((what, round(clock.elapsed, 1)))

    async def gone():
        await note("gone")

    async def back():
        await note("back")

    nc = await connect("w", disconnected_cb=gone, reconnected_cb=back)
    kv = await nc.jetstream().create_key_value(bucket="b", history=1)
    await kv.put("k", b"1")
    faults.cut()
    await clock.advance(10)
    assert nc.is_connected
    assert [what for what, _ in seen] == ["gone", "back"]
    await kv.put("k", b"2")
    assert tape == recorded


async def test_disconnected_until_let_in_again(clock, kv, tape, faults):
    faults.disconnect()
    await clock.settle()
    write = asyncio.create_task(kv.put("k", b"late"))
    await clock.advance(60)
    assert isinstance(write.exception(), nats.errors.TimeoutError)
    assert not tape.operations("put")
    faults.reconnect()
    await clock.advance(5)
    assert [one.value for one in tape.operations("put")] == ["late"]  # the client kept it, and sends it now


async def test_a_stopped_server_comes_back_with_what_it_had(clock, kv, tape, faults):
    await kv.put("k", b"1")
    faults.stop_server()
    await clock.advance(30)
    faults.start_server()
    await clock.advance(30)
    assert (await kv.get("k")).value == b"1"
    assert [one.what for one in tape.records if hasattr(one, "what")] == [
        "connect", "cut", "stopped", "started", "connect",
    ]  # fmt: skip


async def test_refused(clock, kv, tape, faults):
    faults.refuse("put", "b/k", code=400, err_code=10054, text="message size exceeds maximum allowed")
    with pytest.raises(nats.js.errors.BadRequestError):
        await kv.put("k", b"1")
    assert (await kv.put("k", b"2")) == 1  # the first one never was there
    assert tape.operations("put")[0].fault == "refused"


async def test_without_a_leader(clock, kv, tape, faults):
    faults.no_responders("put")
    with pytest.raises(nats.js.errors.NoStreamResponseError):
        await kv.put("k", b"1")
    assert clock.elapsed == 0


async def test_dropped(clock, kv, tape, faults):
    faults.drop("put")
    with pytest.raises(nats.errors.TimeoutError):
        await kv.put("k", b"1")
    assert clock.elapsed == 5
    with pytest.raises(nats.js.errors.KeyNotFoundError):
        await kv.get("k")


async def test_answer_lost(clock, kv, tape, faults):
    faults.drop_answer("put")
    with pytest.raises(nats.errors.TimeoutError):
        await kv.put("k", b"1")
    assert (await kv.get("k")).value == b"1"
    assert tape.operations("put")[0].answers[0].seq == 1


async def test_delayed(clock, kv, tape, faults):
    faults.delay("put", seconds=3)
    assert await kv.put("k", b"1") == 1
    assert clock.elapsed == 3


async def test_held_until_let_go(clock, kv, tape, faults):
    held = faults.hold("put", "b/slow")
    slow = asyncio.create_task(kv.put("slow", b"1"))
    await clock.advance(2)
    assert await kv.put("fast", b"1") == 1
    assert not slow.done()
    held.release()
    assert await slow == 2
    assert clock.elapsed == 2


async def test_answered_twice(clock, kv, tape, faults):
    faults.duplicate_answer("put")
    assert await kv.put("k", b"1") == 1
    assert await kv.put("k", b"2") == 2


@pytest.mark.parametrize("done", [False, True])
async def test_cut_at_a_write(clock, kv, tape, faults, done):
    faults.cut_at("put", done=done)
    with pytest.raises(nats.errors.TimeoutError):
        await kv.put("k", b"1")
    await clock.advance(5)
    if done:
        assert (await kv.get("k")).value == b"1"
    else:
        with pytest.raises(nats.js.errors.KeyNotFoundError):
            await kv.get("k")


async def test_an_answer_that_comes_late_but_in_time(clock, kv, tape, faults):
    faults.delay_answer("put", seconds=3)
    write = asyncio.create_task(kv.put("k", b"1"))
    await clock.advance(1)
    assert (await kv.get("k")).value == b"1"  # done long before its writer knows
    assert not write.done()
    assert await write == 1
    assert clock.elapsed == 3
    assert tape.operations("put")[0].fault == "answer delayed 3s"


async def test_an_answer_that_comes_too_late(clock, kv, tape, faults):
    faults.delay_answer("put", seconds=7)
    with pytest.raises(nats.errors.TimeoutError):
        await kv.put("k", b"1")
    await clock.advance(10)  # and then nobody waits for it
    assert (await kv.get("k")).revision == 1


async def test_a_server_that_ends_in_good_order(clock, kv, faults):
    await kv.put("k", b"1")
    faults.restart_server(gracefully=True)
    await clock.advance(5)
    assert (await kv.get("k")).value == b"1"


async def test_a_lame_duck(clock, connect, tape, faults, recorded):
    told = []

    async def heard():
        told.append(clock.elapsed)

    first, _ = await connect("first", lame_duck_mode_cb=heard), await connect("second")
    js = first.jetstream()
    kv = await js.create_key_value(bucket="b", history=1)
    await js.add_stream(name="JOBS", subjects=["jobs"])
    await js.add_consumer("JOBS", durable_name="d", ack_policy="explicit")
    pull = await js.pull_subscribe_bind("d", "JOBS")
    await clock.advance(1)
    fetch = asyncio.create_task(pull.fetch(1, timeout=60))
    await clock.settle()
    faults.lame_duck()
    await clock.settle()
    assert told == [1]
    with tape.raises(nats.js.errors.NoStreamResponseError):
        await kv.put("k", b"1")
    with tape.raises(nats.errors.TimeoutError):
        await kv.get("k")
    with tape.raises(nats.errors.TimeoutError):
        await pull.fetch(1, timeout=2)
    await clock.advance(20)
    assert not first.is_connected
    faults.start_server()
    await clock.advance(5)
    await kv.put("k", b"2")
    fetch.cancel()
    assert tape == recorded


async def test_nobody_of_that_name(clock, kv, faults):
    with pytest.raises(ValueError, match="nobody is connected as 'v'; there are w"):
        faults.cut("v")


async def test_letting_go_of_nothing(clock, kv, faults):
    held = faults.hold("put")
    with pytest.raises(RuntimeError, match=r"no put .* is held"):
        held.release()


async def test_what_ends_while_the_server_is_away_is_gone_when_it_is_back(clock, connect, tape, faults):
    kv = await (await connect("w")).jetstream().create_key_value(bucket="b", history=1, ttl=10)
    await kv.put("k", b"1")
    faults.stop_server()
    await clock.advance(20)
    faults.start_server()
    await clock.settle()
    assert [one.what for one in tape.records if hasattr(one, "what")][-2:] == ["started", "expired b/k"]
    with pytest.raises(nats.js.errors.KeyNotFoundError):
        await kv.get("k")
