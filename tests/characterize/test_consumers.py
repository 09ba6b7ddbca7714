"""JetStream consumers on virtual time: pulls, acknowledgements, redelivery, expiry."""

from __future__ import annotations

import asyncio
import json

import nats.errors
import nats.js.errors
import pytest
from nats.js import api


async def jobs(nc, **config):
    js = nc.jetstream()
    await js.add_stream(name="JOBS", subjects=["jobs.*"], retention="workqueue")
    config = {"ack_wait": 30, "max_deliver": 3, "ack_policy": "explicit", **config}
    await js.add_consumer("JOBS", api.ConsumerConfig(durable_name="d", **config))
    return js, await js.pull_subscribe_bind("d", "JOBS")


async def test_a_fetch_with_nothing_there_ends_in_virtual_time(clock, connect, tape):
    _, pull = await jobs(await connect())
    with pytest.raises(nats.errors.TimeoutError):
        await pull.fetch(1, timeout=5)
    assert 4.8 < clock.elapsed <= 5


async def test_a_waiting_fetch_gets_what_comes(clock, connect, tape, recorded):
    js, pull = await jobs(await connect())
    waiting = asyncio.create_task(pull.fetch(1, timeout=60))
    await clock.advance(10)
    assert not waiting.done()
    await js.publish("jobs.a", b"1")
    await clock.settle()
    assert waiting.done()
    assert clock.elapsed == 10
    message = (await waiting)[0]
    assert message.metadata.timestamp.timestamp() == clock.now().timestamp()
    await message.ack()
    await clock.settle()
    assert (await js.stream_info("JOBS")).state.messages == 0
    assert tape == recorded


async def test_an_hour_of_empty_fetches_leaves_nothing_behind(clock, connect, tape):
    js, pull = await jobs(await connect())
    for _ in range(600):
        with pytest.raises(nats.errors.TimeoutError):
            await pull.fetch(1, timeout=5)
    await js.publish("jobs.a", b"1")
    message = (await pull.fetch(1, timeout=5))[0]
    await message.ack_sync()
    assert message.metadata.num_delivered == 1


async def test_a_nak_with_delay_comes_back_when_virtual_time_says_so(clock, connect, tape):
    js, pull = await jobs(await connect())
    await js.publish("jobs.a", b"1")
    message = (await pull.fetch(1))[0]
    await message.nak(delay=20)
    with pytest.raises(nats.errors.TimeoutError):
        await pull.fetch(1, timeout=19)
    again = (await pull.fetch(1, timeout=19))[0]
    assert again.metadata.num_delivered == 2
    assert clock.elapsed == pytest.approx(20)
    await again.nak()
    third = (await pull.fetch(1, timeout=5))[0]
    assert third.metadata.num_delivered == 3
    await third.nak()
    with pytest.raises(nats.errors.TimeoutError):
        await pull.fetch(1, timeout=100)


async def test_a_nak_is_met_by_a_fetch_that_waits_already(clock, connect, tape):
    js, pull = await jobs(await connect())
    other = await (await connect()).jetstream().pull_subscribe_bind("d", "JOBS")
    await js.publish("jobs.a", b"1")
    (first,) = await pull.fetch(1, timeout=5)
    waiting = asyncio.create_task(other.fetch(1, timeout=60))
    await first.nak(delay=7)
    (second,) = await waiting
    assert (clock.elapsed, second.metadata.num_delivered) == (7, 2)


async def test_a_fetch_of_somebody_who_unsubscribed_takes_no_message(clock, connect, tape):
    js, pull = await jobs(await connect())
    waiting = asyncio.create_task(pull.fetch(1, timeout=60))
    await clock.settle()
    waiting.cancel()
    await pull.unsubscribe()
    other = await js.pull_subscribe_bind("d", "JOBS")
    await js.publish("jobs.a", b"1")
    (message,) = await other.fetch(1, timeout=5)
    assert (clock.elapsed, message.metadata.num_delivered) == (0, 1)


async def test_ack_wait_runs_on_virtual_time_and_progress_renews_it(clock, connect, tape):
    js, pull = await jobs(await connect())
    await js.publish("jobs.a", b"1")
    message = (await pull.fetch(1))[0]
    await clock.advance(25)
    await message.in_progress()
    await clock.advance(25)
    with pytest.raises(nats.errors.TimeoutError):
        await pull.fetch(1, timeout=2)
    again = (await pull.fetch(1, timeout=10))[0]
    assert clock.elapsed == pytest.approx(55)
    assert again.metadata.num_delivered == 2
    await again.ack()


async def test_several_messages_and_acks_race_to_one_order(clock, connect, tape, recorded):
    js, pull = await jobs(await connect("a"))
    _, other = js, await (await connect("b")).jetstream().pull_subscribe_bind("d", "JOBS")
    import asyncio

    async def work(one):
        for _ in range(3):
            for message in await one.fetch(2, timeout=5):
                await message.ack()

    tasks = [asyncio.create_task(work(one)) for one in (pull, other)]
    for number in range(8):
        await js.publish("jobs.a", b"%d" % number)
    await clock.settle()
    for one in tasks:
        one.cancel()
    assert tape == recorded


async def test_a_bucket_forgets_in_virtual_time_as_the_server_does(clock, connect, tape):
    js = (await connect()).jetstream()
    kv = await js.create_key_value(bucket="b", history=1, ttl=60, limit_marker_ttl=120)
    await kv.put("k", b"1")
    await clock.advance(59)
    await kv.put("renewed", b"1")
    assert (await kv.get("k")).value == b"1"
    await clock.advance(2)
    marker = await js.get_msg("KV_b", subject="$KV.b.k")
    assert marker.headers == {"Nats-Marker-Reason": "MaxAge", "Nats-TTL": "120s", "Nats-Rollup": "sub"}
    assert not marker.data
    assert (await kv.get("renewed")).value == b"1"
    await clock.advance(120)
    with pytest.raises(nats.js.errors.NotFoundError):
        await js.get_msg("KV_b", subject="$KV.b.k")


async def test_the_marker_is_what_the_server_writes_itself(connect, nats_server):
    """On real time, to see that what the kit imitates is still so."""
    js = (await connect()).jetstream()
    kv = await js.create_key_value(bucket="b", history=1, ttl=1, limit_marker_ttl=2)
    watcher = await kv.watch("k")
    await watcher.updates()
    await kv.put("k", b"1")
    assert (await watcher.updates(timeout=10)).value == b"1"
    gone = await watcher.updates(timeout=10)
    assert gone.operation == "PURGE"
    marker = await js.get_msg("KV_b", subject="$KV.b.k")
    assert marker.headers == {"Nats-Marker-Reason": "MaxAge", "Nats-TTL": "2s", "Nats-Rollup": "sub"}


async def test_a_message_with_its_own_ttl(clock, connect, tape):
    js = (await connect()).jetstream()
    kv = await js.create_key_value(bucket="b", history=1, ttl=600)
    await kv.create("k", b"1", msg_ttl=10)
    await clock.advance(9.9)
    await kv.get("k")
    await clock.advance(0.2)
    with pytest.raises(nats.js.errors.KeyNotFoundError):
        await kv.get("k")


async def test_the_servers_own_stamps_are_virtual(clock, connect, tape):
    nc = await connect()
    js = nc.jetstream()
    kv = await js.create_key_value(bucket="b", history=1, direct=True)
    await kv.put("k", b"1")
    await clock.advance(hours=2)
    stored = await js.get_msg("KV_b", subject="$KV.b.k")
    direct = await js.get_msg("KV_b", subject="$KV.b.k", direct=True)
    raw = json.loads((await nc.request("$JS.API.STREAM.INFO.KV_b")).data)
    assert str(stored.time).startswith("2030-01-01 00:00:00")
    assert str(direct.time).startswith("2030-01-01 00:00:00")
    assert raw["ts"] == "2030-01-01T02:00:00Z"
    assert raw["state"]["last_ts"] == "2030-01-01T00:00:00Z"
