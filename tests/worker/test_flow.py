"""Jobs that wait for others, results that are waited for, and jobs that are cancelled: on real time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.worker.live import PATIENCE
from worker import JobCancelledError, JobFailedError, JobNotFoundError, Registry, Settings


@pytest.fixture
def registry():
    registry = Registry()

    @registry.job
    async def add(a, b):
        return a + b

    @registry.job(max_attempts=1)
    async def wrong():
        raise ValueError("no")

    return registry


class Gate:
    """A job that runs until the test lets it end."""

    def __init__(self, registry):
        self.started, self.release, self.calls = asyncio.Event(), asyncio.Event(), 0

        @registry.job
        async def gate():
            self.calls += 1
            self.started.set()
            await self.release.wait()
            return "through"


@pytest.fixture
def gate(registry):
    return Gate(registry)


# -- waiting for others ------------------------------------------------------------------------------------


async def test_a_slow_parent_costs_its_children_nothing(live, registry, gate):
    """H2: they were delivered every two seconds, and died of it after half an hour."""
    worker = await live.start(registry, concurrency=1)
    await live.client.enqueue("gate", job_id="parent")
    children = [await live.client.enqueue("add", number, 1, depends_on="parent") for number in range(20)]
    await gate.started.wait()
    other = await live.start(registry)

    async def only_the_parent_is_left():
        return await live.waiting() == 1

    await live.until(only_the_parent_is_left)
    delivered = (await live.js.consumer_info("JOBS", "queue-default")).delivered.consumer_seq
    assert delivered == 21
    gate.release.set()
    assert [await child.result(PATIENCE) for child in children] == list(range(1, 21))
    assert (await live.js.consumer_info("JOBS", "queue-default")).delivered.consumer_seq == 41
    await live.until(lambda: worker.jobs_done + other.jobs_done == 21)


@pytest.mark.parametrize("order", ["parents first", "children first"])
async def test_several_parents(live, registry, order):
    async def parents():
        for number in range(3):
            await live.client.enqueue("add", number, 0, job_id=f"parent-{number}")

    worker = await live.start(registry)
    if order == "parents first":
        await parents()
    child = await live.client.enqueue(
        "add", 1, 1, job_id="child", depends_on=[f"parent-{number}" for number in range(3)]
    )
    if order == "children first":
        await live.settled()  # it is kept elsewhere
        with pytest.raises(JobNotFoundError, match="yet; waiting for it: child"):
            await live.client.job("parent-0")
        await parents()
    assert await child.result(PATIENCE) == 2
    await live.until(lambda: worker.jobs_done == 4)  # a result is stored before the job is counted


@pytest.mark.parametrize("end", ["failed", "cancelled"])
async def test_a_parent_that_does_not_complete(live, registry, end):
    """Also where another parent would have come later."""
    child = await live.client.enqueue("add", 1, 1, job_id="child", depends_on=["parent", "never"])
    grandchild = await live.client.enqueue("add", 1, 1, depends_on="child")
    await live.start(registry)
    await live.settled()
    parent = await live.client.enqueue("wrong", job_id="parent", queue="default" if end == "failed" else "nobody")
    if end == "cancelled":
        assert await parent.cancel()
    with pytest.raises(JobFailedError, match="dependency failed: parent"):
        await child.result(PATIENCE)
    with pytest.raises(JobFailedError, match="dependency failed: child"):
        await grandchild.result(PATIENCE)


async def test_a_parent_that_has_completed(live, registry):
    await live.start(registry)
    await (await live.client.enqueue("add", 1, 1, job_id="parent")).result(PATIENCE)
    child = await live.client.enqueue("add", 1, 1, depends_on="parent")
    assert await child.result(PATIENCE) == 2


async def test_a_worker_is_lost_before_it_tells_those_that_wait(live, registry):
    """Its job is delivered again, has ended already, and this time they are told."""
    from worker import Job, JobStatusManager

    parent = Job("parent", "add", [1, 1])
    child = await live.client.enqueue("add", 1, 1, depends_on="parent")
    await live.start(registry)
    await live.settled()
    lost = JobStatusManager(live.js, live.settings, worker_id="lost")
    await lost.open()
    await lost.queued(parent)

    async def dies(record):
        raise asyncio.CancelledError

    lost._waiting.release = dies  # type: ignore[method-assign]
    await lost.running(parent, 1)
    with pytest.raises(asyncio.CancelledError):
        await lost.completed(parent, 2)
    await live.raw(parent.encode())
    assert await child.result(PATIENCE) == 2


# -- waiting for results -----------------------------------------------------------------------------------


async def test_a_result_is_heard_of(live, registry, gate):
    await live.start(registry)
    handle = await live.client.enqueue("gate")
    waiters = [asyncio.create_task(live.client.wait(handle.job_id, poll=600)) for _ in range(50)]
    await gate.started.wait()
    gate.release.set()
    assert await asyncio.gather(*waiters) == ["through"] * 50
    assert await handle.result() == "through"
    assert (await handle.record()).status == "completed"
    assert not (await live.js.stream_info("KV_jobs")).state.consumer_count


async def test_a_result_is_heard_of_while_the_record_is_read(live, registry, gate, monkeypatch):
    """The job ends after its record was read as running, and before whoever waits goes on."""
    await live.start(registry)
    handle = await live.client.enqueue("gate")
    await gate.started.wait()
    read = live.client._jobs.get

    async def read_late(job_id):
        record = await read(job_id)
        gate.release.set()
        await live.ended(job_id)
        await live.nc.flush()
        return record

    reads = iter([read_late])
    monkeypatch.setattr(live.client._jobs, "get", lambda job_id: next(reads, read)(job_id))
    async with asyncio.timeout(60):
        assert await live.client.wait(handle.job_id, poll=600) == "through"


@pytest.mark.parametrize("heard_of", [True, False], ids=["heard of", "passed on before we listen"])
async def test_a_record_that_is_passed_on_before_it_can_be_read(live, registry, gate, monkeypatch, heard_of):
    """One result in a hundred took as long as `poll`: the old record was read once more, and nothing came any more."""
    await live.start(registry)
    handle = await live.client.enqueue("gate")
    await gate.started.wait()
    running = await handle.record()
    read, stale = live.client._jobs.get, iter([running] * (2 if heard_of else 1))
    gate.release.set()
    if not heard_of:
        await live.ended(handle.job_id)

    async def read_old(job_id):
        record = await read(job_id)
        return next(stale, record) if record.status.ended else record

    monkeypatch.setattr(live.client._jobs, "get", read_old)
    async with asyncio.timeout(60):
        assert await live.client.wait(handle.job_id, poll=600) == "through"


async def test_a_result_that_takes_too_long(live, registry, gate):
    await live.start(registry)
    handle = await live.client.enqueue("gate")
    with pytest.raises(TimeoutError):
        await handle.result(0.05)
    gate.release.set()
    assert await handle.result(PATIENCE) == "through"


async def test_a_result_is_asked_for_where_nothing_is_heard(live, registry, gate, monkeypatch):
    from worker import watching

    monkeypatch.setattr(watching, "record_key", lambda job_id: "elsewhere")
    await live.start(registry)
    handle = await live.client.enqueue("gate")
    waiter = asyncio.create_task(live.client.wait(handle.job_id, poll=0.05))
    await gate.started.wait()
    gate.release.set()
    assert await waiter == "through"


async def test_a_result_of_no_job(live):
    with pytest.raises(JobNotFoundError):
        await live.client.wait("nothing")


async def test_keywords_that_are_ours_as_well(live, registry):
    @registry.job
    async def send(function, queue, job_id):
        return [function, queue, job_id]

    await live.start(registry)
    handle = await live.client.submit("send", kwargs={"function": "f", "queue": "q", "job_id": "j"})
    assert await handle.result(PATIENCE) == ["f", "q", "j"]


# -- cancelling --------------------------------------------------------------------------------------------


async def test_a_queued_job_is_cancelled(live, registry, gate):
    handle = await live.client.enqueue("gate")
    assert await handle.cancel()
    assert await handle.cancel()  # it is
    await live.start(registry)
    await live.settled()
    assert gate.calls == 0
    with pytest.raises(JobCancelledError):
        await handle.result()


async def test_a_running_job_is_cancelled(live, registry, gate):
    worker = await live.start(registry)
    handle = await live.client.enqueue("gate")
    await gate.started.wait()
    assert await handle.cancel()
    await live.settled()
    await live.until(lambda: not worker.active_jobs)
    assert (worker.jobs_done, worker.jobs_failed) == (0, 0)
    assert [step["status"] for step in (await handle.record()).history] == ["queued", "running", "cancelled"]


async def test_a_job_in_a_thread_is_cancelled(live, registry):
    started, go_on = threading.Event(), threading.Event()

    @registry.job
    def blocks():
        started.set()
        go_on.wait()

    worker = await live.start(registry)
    handle = await live.client.enqueue("blocks")
    await live.until(started.is_set)
    try:
        assert await handle.cancel()
        assert worker.stuck == 1
    finally:
        go_on.set()


async def test_a_job_that_waits_for_its_next_attempt_is_cancelled(live, registry, gate):
    """The only slot is taken, so its next attempt does not come before it is cancelled."""

    @registry.job
    async def flaky():
        raise ValueError("no")

    handle = await live.client.enqueue("flaky")
    await live.client.enqueue("gate")
    worker = await live.start(registry, concurrency=1, settings=Settings(backoff_base=0.5, backoff_jitter=0))
    await gate.started.wait()
    assert (await handle.record()).status == "retried"
    assert await handle.cancel()
    gate.release.set()
    await live.settled()
    assert (await handle.record()).attempts == 1
    assert worker.jobs_failed == 0


async def test_a_job_whose_worker_is_lost_is_cancelled_by_the_next(live, registry, gate):
    from worker import Job, JobStatusManager

    handle = await live.client.enqueue("gate", job_id="job")
    lost = JobStatusManager(live.js, live.settings, worker_id="lost")
    await lost.open()
    await lost.running(Job("job", "gate"), 1)
    with pytest.raises(TimeoutError):
        await handle.cancel(0.05)
    await live.start(registry)
    await live.settled()
    assert (await handle.record()).status == "cancelled"
    assert gate.calls == 0


async def test_what_has_ended_is_not_cancelled(live, registry):
    await live.start(registry)
    handle = await live.client.enqueue("add", 1, 1)
    await handle.result(PATIENCE)
    assert not await handle.cancel()
    with pytest.raises(JobNotFoundError):
        await live.client.cancel("nothing")
