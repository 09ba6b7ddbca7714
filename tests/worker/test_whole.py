"""The whole worker: from enqueueing to the result, and to its end by a signal."""

from __future__ import annotations

import asyncio
import itertools
import signal

import pytest

from worker import JobClient, PermanentJobError, Registry, Settings, Worker, current_job

SETTINGS = Settings(heartbeat_interval=5, backoff_base=2, max_attempts=3, rescue_interval=3600)
registry = Registry()


@registry.job
def add(a, b):
    return a + b


@registry.job
async def nap(seconds):
    await asyncio.sleep(seconds)
    return "rested"


@registry.job
async def flaky():
    if current_job().attempt < 3:
        raise ConnectionError("nobody answers")
    return "at last"


@registry.job(max_attempts=2)
async def doomed():
    raise ValueError("this can never work")


@registry.job
async def wrong():
    raise PermanentJobError("no such customer")


async def stop(worker, task):
    """Let it finish what it has, and say goodbye."""
    worker.request_stop()
    await task


@pytest.fixture
async def client(clock, connect):
    client = JobClient(await connect("client"), SETTINGS)
    await client.open()
    return client


@pytest.fixture
async def start(clock, nats_url, tape):
    """Start a worker as `run` does, so that signals reach it; stop it where the test has not."""
    running = []

    async def start(worker_id="w1", queues=("default",), concurrency=2, settings=SETTINGS):
        numbers = itertools.count(1)
        worker = Worker(
            registry,
            queues,
            url=nats_url,
            settings=settings,
            concurrency=concurrency,
            worker_id=worker_id,
            host="host-a",
            pid=4711,
            new_instance=lambda: f"{worker_id}/{next(numbers)}",
            jitter=lambda: 0.0,
        )
        task = asyncio.create_task(worker.run())
        running.append((worker, task))
        await clock.settle()
        return worker, task

    yield start
    for worker, task in running:
        if not task.done():
            worker.request_stop()
            worker.request_stop()
        await asyncio.gather(task, return_exceptions=True)


async def test_from_enqueueing_to_the_result(clock, client, start, tape, recorded):
    worker, task = await start()
    await client.enqueue("add", 2, 3, job_id="sum")
    assert await client.wait("sum") == 5
    await clock.settle()
    await stop(worker, task)
    assert (worker.jobs_done, worker.jobs_failed) == (1, 0)
    await clock.settle()
    assert tape == recorded


async def test_one_is_retried_and_one_is_dead(clock, client, start, tape, recorded):
    await client.enqueue("flaky", job_id="flaky")
    await client.enqueue("doomed", job_id="doomed")
    await client.enqueue("wrong", job_id="wrong")
    worker, task = await start()
    await clock.advance(20)
    assert await client.result("flaky") == "at last"
    jobs = {name: await client.job(name) for name in ("flaky", "doomed", "wrong")}
    assert {name: (one.status, one.attempts) for name, one in jobs.items()} == {
        "flaky": ("completed", 3),
        "doomed": ("failed", 2),
        "wrong": ("failed", 1),
    }
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_a_job_waits_for_another(clock, client, start, tape, recorded):
    await client.enqueue("add", 1, 1, job_id="second", depends_on=["first"])
    worker, task = await start()
    await clock.advance(3)
    assert (await client.job("second")).status == "queued"
    await client.enqueue("nap", 1, job_id="first")
    await clock.advance(10)
    assert await client.result("second") == 2
    first, second = await client.job("first"), await client.job("second")
    assert second.started_at >= first.finished_at
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_what_depends_on_a_failed_job_fails(clock, client, start, tape, recorded):
    await client.enqueue("wrong", job_id="first")
    await client.enqueue("add", 1, 1, job_id="second", depends_on=["first"])
    worker, task = await start(concurrency=1)
    await clock.advance(10)
    record = await client.job("second")
    assert (record.status, record.attempts) == ("failed", 0)
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_a_long_job_shows_that_it_lives(clock, client, start, tape, recorded):
    """The server would deliver it again after `ack_wait`."""
    worker, task = await start()
    await client.enqueue("nap", 93, job_id="long")
    await clock.advance(96)
    assert await client.result("long") == "rested"
    assert (await client.job("long")).attempts == 1
    assert len(tape.operations("in progress")) == 9
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_jobs_of_several_queues_overlap(clock, client, start, tape, recorded):
    worker, task = await start(queues=("default", "mail"), concurrency=2)
    for name, queue, seconds in [("a", "default", 3), ("b", "mail", 6), ("c", "mail", 1)]:
        await client.enqueue("nap", seconds, job_id=name, queue=queue)
    await clock.advance(1)
    assert sorted(worker.active_jobs) == ["a", "b"]
    await clock.advance(10)
    assert worker.jobs_done == 3
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_enqueued_twice_runs_once(clock, client, start, tape, recorded):
    first, second = [await client.enqueue("add", 2, 3, job_id="sum") for _ in range(2)]
    assert (first.duplicate, second.duplicate) == (False, True)
    worker, task = await start()
    await clock.advance(1)
    assert (await client.enqueue("add", 2, 3, job_id="sum")).duplicate
    assert worker.jobs_done == 1
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_sigterm_with_a_job_in_hand(clock, client, start, tape, recorded):
    _, task = await start()
    await client.enqueue("nap", 12, job_id="in-hand")
    await clock.advance(1)
    tape.note("SIGTERM")
    signal.raise_signal(signal.SIGTERM)  # to this thread, so that it is there at once
    await clock.settle()
    await client.enqueue("add", 2, 3, job_id="too-late")
    (seen,) = await client.workers()
    assert (seen.status, seen.record["active_count"]) == ("stopping", 1)
    await clock.advance(11)
    await task
    assert await client.result("in-hand") == "rested"
    assert (await client.job("too-late")).status == "queued"
    assert not [one for one in await client.workers() if one.record]
    await clock.settle()
    assert tape == recorded


async def test_a_second_sigterm_gives_the_job_back(clock, client, start, tape, recorded):
    _, task = await start("w1")
    await client.enqueue("nap", 12, job_id="in-hand")
    await clock.advance(1)
    for number in (1, 2):
        tape.note(f"SIGTERM {number}")
        signal.raise_signal(signal.SIGTERM)  # to this thread, so that it is there at once
        await clock.settle()
    await task
    record = await client.job("in-hand")
    assert (record.status, record.attempts) == ("retried", 0)
    tape.note("another worker has it at once")
    other, task = await start("w2")
    await clock.advance(13)
    assert await client.result("in-hand") == "rested"
    await stop(other, task)
    await clock.settle()
    assert tape == recorded


async def test_the_list_of_workers(clock, client, start, tape, recorded):
    _, first = await start("w1")
    second, task = await start("w2", queues=("mail",))
    await client.enqueue("nap", 30, job_id="long", queue="mail")
    await clock.advance(6)
    workers = {one.worker_id: one for one in await client.workers()}
    shown = {name: (one.status, one.record["active_count"]) for name, one in workers.items()}
    assert shown == {"w1": ("idle", 0), "w2": ("busy", 1)}
    second.request_stop()
    second.request_stop()
    await task
    assert not first.done()
    await clock.settle()
    assert tape == recorded


async def test_a_message_that_is_no_job(clock, client, start, connect, tape, recorded):
    worker, task = await start()
    nc = await connect("stranger")
    await nc.jetstream().publish(SETTINGS.job_subject("default"), b"\x80\x04K\x01.")
    await clock.settle()
    await client.enqueue("add", 2, 3, job_id="sum")
    assert await client.wait("sum") == 5
    await clock.settle()
    assert (worker.jobs_done, worker.jobs_failed) == (1, 1)
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_a_message_nested_too_deep_to_be_read(clock, client, start, connect, tape, recorded):
    """It is no job either; before, it was delivered for ever."""
    worker, task = await start()
    nc = await connect("stranger")
    await nc.jetstream().publish(SETTINGS.job_subject("default"), b'{"args":' + b"[" * 400_000)
    await clock.advance(31)
    assert worker.jobs_failed == 1
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_the_connection_breaks_while_a_job_runs(clock, client, start, faults, tape, recorded):
    worker, task = await start()
    await client.enqueue("nap", 4, job_id="long")
    await clock.advance(1)
    faults.cut("w1")
    await clock.advance(5)
    assert await client.result("long") == "rested"
    assert (await client.job("long")).attempts == 1
    await stop(worker, task)
    await clock.settle()
    assert tape == recorded


async def test_the_server_has_forgotten_a_delivery(clock, client, start, faults, tape):
    """Killed and started again it never replies to the answer: the slot is free after one timeout, not after five."""
    worker, task = await start(concurrency=1)
    await client.enqueue("add", 1, 1, job_id="one")
    faults.drop("ack")
    await clock.advance(1)
    assert await client.result("one") == 2
    await client.enqueue("add", 1, 1, job_id="two")
    await clock.advance(6)
    assert await client.result("two") == 2
    await clock.advance(40)  # delivered once more, and known to be over
    assert worker.jobs_done == 2
    assert len(tape.operations("create", "results/one")) == 1
    await stop(worker, task)
