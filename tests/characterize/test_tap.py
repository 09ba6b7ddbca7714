"""The tap: it sees everything, and changes nothing."""

from __future__ import annotations

import nats
import nats.errors
import nats.js.errors
import pytest


async def test_the_tap_adds_no_interest(clock, connect, tape):
    nc = await connect()
    with pytest.raises(nats.js.errors.NoStreamResponseError):
        await nc.jetstream().publish("nobody.listens", b"x")
    with pytest.raises(nats.errors.NoRespondersError):
        await nc.request("nobody.serves", b"x")
    assert clock.elapsed == 0  # refused at once; with interest it would have timed out
    assert [one.answers[0].status for one in tape.operations()] == ["no responders"] * 2


async def test_each_kv_operation_with_its_fields(clock, connect, tape, recorded):
    nc = await connect("w")
    kv = await nc.jetstream().create_key_value(bucket="b", history=1, ttl=60, limit_marker_ttl=120, direct=True)
    revision = await kv.create("k.1", b'{"a": 1, "b": [true, null]}')
    await kv.update("k.1", b'{"a": 2, "b": [true, null]}', last=revision)
    await kv.put("text", "grüße".encode())
    await kv.put("bytes", b"\xff\x00")
    await kv.put("long", b"x" * 5000)
    await kv.create("short", b"1", msg_ttl=5)
    with tape.raises(nats.js.errors.KeyWrongLastSequenceError):
        await kv.update("k.1", b"3", last=revision)
    await kv.get("k.1")
    await kv.delete("k.1")
    await kv.purge("text")
    with tape.raises(nats.js.errors.KeyNotFoundError):
        await kv.get("k.1")
    await nc.jetstream().stream_info("KV_b", subjects_filter=">")
    assert tape == recorded
    update = tape.operations("update")[0]
    assert (update.bucket, update.key, update.expect, update.value) == (
        "b",
        "k.1",
        1,
        {"a": 2, "b": [True, None]},
    )
    assert update.answers[0].seq == 2


async def test_clients_that_the_code_connects_itself_are_found(clock, tape, nats_url):
    first = await nats.connect(nats_url)
    second = await nats.connect(nats_url, name="listing")
    await second.publish("a", b"1")
    await first.publish("b", b"2")
    await clock.settle()
    assert [(one.link, one.target) for one in tape.operations()] == [("listing", "a"), ("c1", "b")]
    await first.close()
    await second.close()


async def test_messages_between_clients_are_recorded(clock, connect, tape, recorded):
    one, other = await connect("asks"), await connect("serves")

    async def serve(message):
        await message.respond(b"pong")

    service = await other.subscribe("ping", queue="servers", cb=serve)
    assert (await one.request("ping", b"hello")).data == b"pong"
    await service.unsubscribe(limit=3)
    await (await one.subscribe("news.*")).unsubscribe()
    await clock.settle()
    assert [one.op for one in tape.operations(target="news.*")] == ["subscribe", "unsubscribe"]
    assert tape == recorded


async def test_a_watch_is_in_step(clock, connect, tape, recorded):
    nc, writer = await connect("watches"), await connect("writes")
    kv = await nc.jetstream().create_key_value(bucket="b", history=1)
    mine = await writer.jetstream().key_value("b")
    await mine.put("a", b"1")
    watcher = await kv.watchall()
    seen = []
    for text in (b"2", b"3"):
        await mine.put("a", text)
        await clock.settle()
        while not watcher._updates.empty():
            entry = await watcher.updates()
            seen.append(entry and entry.value)
    assert seen == [b"1", None, b"2", b"3"]
    await watcher.stop()
    assert tape == recorded
