"""What a job costs on the wire: every request and answer of the worker, counted by the library."""

from __future__ import annotations

import asyncio

import pytest

from worker import Registry, Settings, fetching

JOBS = 200
# No beats, rescues or renewed requests while we count.
SETTINGS = Settings(heartbeat_interval=30, workers_ttl=120, fetch_timeout=60, rescue_interval=600)


@pytest.fixture
def registry():
    registry = Registry()

    @registry.job
    async def nothing():
        return None

    return registry


async def enqueue(live, queues=("default",), jobs=JOBS):
    handles = []
    for number in range(jobs):
        handles.append(await live.client.enqueue("nothing", queue=queues[number % len(queues)]))
    return handles


async def trips(live, worker, wanted):
    """Messages that the worker sent, per job."""
    before = worker.nc.stats["out_msgs"]
    await live.until(lambda: worker.jobs_done == wanted)
    return (worker.nc.stats["out_msgs"] - before) / wanted


@pytest.mark.parametrize(("slots", "most"), [(1, 5.0), (10, 4.2), (100, 4.2)])
async def test_a_job_of_a_full_queue(live, registry, slots, most):
    await live.start(registry, worker_id="first")  # makes the consumer
    await live.stop()
    await enqueue(live)
    worker = await live.start(registry, concurrency=slots, settings=SETTINGS)
    measured = await trips(live, worker, JOBS)
    # The look for undelivered jobs, and the request that nothing answers any more, are no job's.
    assert measured <= most + 2 / JOBS, f"{measured:.2f} at concurrency {slots}"
    print(f"{measured:.3f} at concurrency {slots}")


async def test_each_job_of_several_queues_is_delivered_once(live, registry):
    """M10: at concurrency 1 every queue had delivered one, and all but one were given back."""
    queues = ("a", "b", "c", "d")
    worker = await live.start(registry, queues, concurrency=1, settings=SETTINGS)
    await asyncio.gather(*(enqueue(live, [queue], 50) for queue in queues))
    await live.until(lambda: worker.jobs_done == 200)
    infos = [await live.js.consumer_info("JOBS", SETTINGS.consumer_name(queue)) for queue in queues]
    assert [info.delivered.consumer_seq for info in infos] == [50, 50, 50, 50]


async def test_jobs_of_a_queue_are_run_in_order(live, registry, monkeypatch):
    monkeypatch.setattr(fetching, "HELD", 60.0)  # on a busy machine a job may take longer than one second
    order = []

    @registry.job
    async def note(number):
        order.append(number)

    worker = await live.start(registry, ("a", "b"), concurrency=1, settings=SETTINGS)
    for number in range(40):
        await live.client.enqueue("note", number, queue="ab"[number % 2])
    await live.until(lambda: worker.jobs_done == 40)
    assert [number for number in order if number % 2] == list(range(1, 40, 2))
    assert [number for number in order if not number % 2] == list(range(0, 40, 2))


async def test_a_request_that_waits_is_not_taken_back(live, registry):
    """What the server was just sending there was lost: one job in a hundred waited for ack_wait."""
    worker = await live.start(registry, ("a", "b"), concurrency=1, settings=SETTINGS)
    assert worker._fetcher is not None
    waiting = worker._fetcher._waiting
    await live.until(lambda: all(pull.outstanding for pull in waiting))
    inboxes = [pull._subscription for pull in waiting]
    for _ in range(10):
        handles = await asyncio.gather(*(live.client.enqueue("nothing", queue=queue) for queue in ("a", "b")))
        for handle in handles:
            await handle.result(60)
            assert (await handle.record()).delivery == 1
    assert [pull._subscription for pull in waiting] == inboxes
