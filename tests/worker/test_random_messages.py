"""Random and mutated messages: each is settled, and the worker lives. By hand: `WORKER_MESSAGES=5000 pytest ...`."""

from __future__ import annotations

import json
import os
import random

import nats.errors
import pytest

from worker import Registry, Settings

MESSAGES = int(os.environ.get("WORKER_MESSAGES", "100"))
SEED = int(os.environ.get("WORKER_SEED", "17"))
BATCH = 100

ODD = [
    None, True, -1, 0, 1.5, 10**30, 1e308, "", "a b", "a.", "*", ">", "é", "\x00", "a\r\nb", "x" * 5000, [], [5], [[]],
    {}, {"": None}, ["a", "b"], "ok", float("nan"), float("inf"), "\ud800",
]  # fmt: skip
FIELDS = [
    "v", "job_id", "function", "args", "kwargs", "queue", "enqueued_at", "depends_on", "max_attempts", "timeout",
    "result_ttl", "status", "life", "schedule", "unheard_of",
]  # fmt: skip
HEADERS = ["Nats-Msg-Id", "Job-Revision", "Job-Life", "Status", "Nats-Scheduler", "X"]
HEADER_VALUES = ["", "1", "-1", "x", "99999999999999999999999", "é".encode().decode("latin1"), "a b"]


def valid(chance: random.Random, number: int) -> dict[str, object]:
    function = chance.choice(["echo", "echo", "block", "bad", "leave", "nobody"])
    return {"v": 1, "job_id": f"job-{number}", "function": function, "args": [], "kwargs": {}, "queue": "default"}


def mutated(chance: random.Random, number: int) -> bytes:
    job = valid(chance, number)
    for _ in range(chance.randint(0, 3)):
        name = chance.choice(FIELDS)
        if chance.random() < 0.2:
            job.pop(name, None)
        else:
            job[name] = chance.choice(ODD)
    data = bytearray(json.dumps(job).encode())
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        damage(chance, data)
    return bytes(data)


def damage(chance: random.Random, data: bytearray) -> None:
    place = chance.randrange(len(data) or 1)
    what = chance.choice(["change", "cut", "insert"])
    if what == "change" and data:
        data[place] = chance.randrange(256)
    elif what == "cut":
        del data[place : place + 3]
    else:
        data.insert(place, chance.choice(b'"[]{}\\,:\x00\xff'))


def message(chance: random.Random, number: int) -> bytes:
    return chance.choice(
        [
            lambda: mutated(chance, number),
            lambda: mutated(chance, number),
            lambda: mutated(chance, number),
            lambda: chance.randbytes(chance.randint(0, 200)),
            lambda: json.dumps(chance.choice(ODD)).encode(),
            lambda: json.dumps(valid(chance, number)).encode("utf-16"),
            lambda: b"[" * chance.choice([10, 100_000]),
            lambda: b'{"job_id":"deep","function":"echo","args":' + b"[" * 1000 + b"]" * 1000 + b"}",
        ]
    )()


@pytest.fixture
def registry():
    registry = Registry()

    @registry.job
    async def echo(*args, **kwargs):
        return [*args, kwargs]

    @registry.job
    def block(*args, **kwargs):
        return None

    @registry.job
    async def bad(*args, **kwargs):
        raise ValueError(*args)

    @registry.job
    async def leave(*args, **kwargs):
        raise SystemExit(*args)

    return registry


async def test_every_message_is_settled(live, registry, caplog):
    chance = random.Random(SEED)
    settings = Settings(
        backoff_base=0.001, backoff_max=0.01, max_attempts=2, ack_wait=5, progress_interval=1, rescue_interval=0.5
    )
    live.settings = settings
    worker = await live.start(registry, concurrency=20, settings=settings)
    for start in range(0, MESSAGES, BATCH):
        for number in range(start, min(start + BATCH, MESSAGES)):
            headers = {chance.choice(HEADERS): chance.choice(HEADER_VALUES)} if chance.random() < 0.3 else {}
            if chance.random() < 0.05:  # something of somebody's lies where the record will be
                bucket = await live.js.key_value(chance.choice(["jobs", "results"]))
                await bucket.put(f"job-{number}", message(chance, number))
            try:
                await live.raw(message(chance, number), headers=headers or None)
            except (nats.errors.Error, ValueError):
                continue  # the library or the server refused it, for its headers

        async def all_settled():
            assert worker.error is None
            return await live.waiting() == 0

        try:
            await live.until(all_settled)
        except TimeoutError:
            left = (await live.js.stream_info("JOBS")).state.first_seq
            found = await live.js.get_msg("JOBS", left)
            pytest.fail(f"seed {SEED}, messages {start} and on: unsettled {found.data!r} {found.headers}")
    # Those that depend on what never comes are kept elsewhere; all else was run or is dead.
    await live.client.enqueue("echo", job_id="last-of-all")
    assert await live.client.wait("last-of-all") == [{}]
    unexpected = [one for one in caplog.records if "could not be settled" in one.getMessage()]
    assert unexpected == []
