"""What an operator does and sees: dead letters, queues, schedules, hooks, probes. On real time."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest

from tests.worker.live import PATIENCE
from worker import BadJobError, JobFailedError, Registry, Worker, current_job
from worker.health import health_server
from worker.render import dead_table, job_text, jobs_table
from worker.scheduling import due_at, periodic


@pytest.fixture
def registry():
    registry = Registry()

    @registry.job
    async def add(a, b):
        return a + b

    return registry


# -- dead letters ------------------------------------------------------------------------------------------


async def test_a_dead_job_is_revived(live, registry):
    """M8: its id was burnt for a week, and what was published again was acknowledged unrun."""
    broken = True

    @registry.job(max_attempts=2)
    async def fragile():
        if broken:
            raise ConnectionError("no database")
        return "well"

    await live.start(registry)
    handle = await live.client.enqueue("fragile", job_id="job")
    for life in range(2):
        with pytest.raises(JobFailedError):
            await handle.result(PATIENCE)
        await live.settled()
        (letter,) = await live.client.operator.dead()
        assert (letter.job_id, letter.reason, letter.attempts) == ("job", "attempts exhausted", 2)
        assert "no database" in dead_table([letter])
        broken = life == 0
        assert await live.client.operator.redrive(["job"]) == ["job"]
    assert await handle.result(PATIENCE) == "well"
    assert await live.client.operator.dead() == []
    assert [step["status"] for step in (await handle.record()).history].count("queued") == 3


async def test_what_is_no_job_is_not_revived(live, registry):
    await live.raw(b"no job")
    await live.start(registry)
    await live.settled()
    (letter,) = await live.client.operator.dead()
    assert (letter.job_id, letter.reason) == (None, "unreadable message")
    assert await live.client.operator.redrive() == []
    assert await live.client.operator.purge_dead() == 1
    assert await live.client.operator.dead() == []


async def test_queues_and_jobs(live, registry):
    started, release = asyncio.Event(), asyncio.Event()

    @registry.job
    async def hold():
        started.set()
        await release.wait()

    await live.client.enqueue("hold", job_id="held")
    await live.start(registry, concurrency=1)
    await started.wait()
    await live.client.enqueue("add", 1, 1, job_id="next")
    await live.client.enqueue("add", 1, 1, job_id="mail", queue="mail")
    await (await live.js.key_value("jobs")).put("odd", b"no record")
    queues = {one.queue: (one.waiting, one.running) for one in await live.client.operator.queues()}
    assert queues == {"default": (1, 1), "mail": (1, 0)}
    jobs = await live.client.operator.jobs()
    assert {one.job_id: one.record.status if one.record else None for one in jobs} == {
        "held": "running", "next": "queued", "mail": "queued", "odd": None
    }  # fmt: skip
    assert [one.job_id for one in await live.client.operator.jobs(queue="mail")] == ["mail"]
    assert "unreadable" in jobs_table(jobs, await live.client.operator.queues())
    assert await live.client.operator.purge_queue("default") == 1
    assert (await live.client.job("next")).status == "cancelled"
    assert (await live.client.job("held")).status == "running"
    release.set()
    await live.ended("held")


def test_nothing_shown_can_change_the_terminal():
    from worker import JOB_STATUS, JobRecord

    record = JobRecord("j", "default", "f", JOB_STATUS.FAILED, error="\x1b[31mred\r\nnext", worker_id="\x07")
    text = job_text(record, None, False, {})
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\\x1b[31mred\\r\\nnext" in text


# -- later, and again and again ----------------------------------------------------------------------------


async def test_a_job_for_later(live, registry):
    await live.start(registry)
    now = await live.client.enqueue("add", 1, 1)
    much_later = await live.client.enqueue("add", 2, 2, delay=3600)
    later = await live.client.enqueue("add", 2, 2, job_id="later", delay=1.2)
    at = await live.client.enqueue("add", 3, 3, at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.8))
    assert await now.result(PATIENCE) == 2
    record = await much_later.record()
    assert (record.status, record.started_at) == ("queued", None)
    assert record.next_attempt_at == pytest.approx(record.enqueued_at + 3600, abs=60)
    assert await at.result(PATIENCE) == 6
    assert await later.result(PATIENCE) == 4
    record = await later.record()
    assert record.started_at >= record.enqueued_at + 1.2

    async def only_one_is_left():
        return await live.waiting() == 1

    await live.until(only_one_is_left)


async def test_a_job_for_later_is_cancelled(live, registry):
    later = await live.client.enqueue("add", 2, 2, delay=0.5)
    assert await later.cancel()
    await live.start(registry)
    await live.settled()
    assert (await later.record()).started_at is None


async def test_a_periodic_job(live, registry):
    seen = []

    @registry.job
    async def tick(word):
        seen.append((current_job().job_id, word))

    await live.start(registry)
    await live.client.schedule("often", "tick", ["x"], every=1)
    await live.client.schedule("often", "tick", ["y"], every=1)  # changed
    await live.client.schedule("nightly", "tick", ["z"], cron="30 3 * * *", time_zone="Europe/Berlin")
    await live.until(lambda: len(seen) >= 2)
    assert {word for _, word in seen} == {"y"}
    assert len({job_id for job_id, _ in seen}) == len(seen)
    assert all(job_id.startswith("often.") for job_id, _ in seen)
    found = {one.name: (one.when, one.time_zone) for one in await live.client.schedules.all()}
    assert found == {"often": ("@every 1s", None), "nightly": ("0 30 3 * * *", "Europe/Berlin")}
    assert await live.client.schedules.remove("often")
    assert not await live.client.schedules.remove("often")
    assert [one.name for one in await live.client.schedules.all()] == ["nightly"]


@pytest.mark.parametrize(
    "when", [{"cron": "nonsense"}, {"every": 0.5}, {"every": 5, "cron": "* * * * *"}, {}], ids=repr
)
async def test_schedules_that_make_no_sense(live, when):
    with pytest.raises(BadJobError):
        await live.client.schedule("bad", "add", **when)


def test_times_that_make_no_sense():
    for delay, at in [(1, dt.datetime.now(dt.UTC)), (-1, None), (float("nan"), None), (None, dt.datetime(2030, 1, 1))]:
        with pytest.raises(BadJobError):
            due_at(delay, at)
    assert periodic(dt.timedelta(minutes=5), None) == "@every 300s"


async def test_a_stream_from_before_there_were_schedules(nats_url, connect):
    from nats.js.api import RetentionPolicy

    from worker import JobClient

    nc = await connect("old")
    await nc.jetstream().add_stream(
        name="JOBS", subjects=["jobs.*"], retention=RetentionPolicy.WORK_QUEUE, duplicate_window=120
    )
    client = JobClient(nc)
    await client.open()
    await client.enqueue("add", 1, 1, delay=60)


# -- hooks -------------------------------------------------------------------------------------------------


async def test_hooks_and_what_they_leave_for_jobs(live, registry):
    said = []

    @registry.on_startup
    async def open_pool(context):
        context["pool"] = "a pool"

    @registry.on_shutdown
    async def close_pool(context):
        said.append(f"closes {context['pool']}")

    @registry.on_shutdown
    async def fails(context):
        said.append("fails first")
        raise ValueError("no")

    @registry.job
    def look():
        return current_job().context["pool"]

    await live.start(registry)
    assert await (await live.client.enqueue("look")).result(PATIENCE) == "a pool"
    await live.stop()
    assert said == ["fails first", "closes a pool"]


async def test_a_worker_whose_start_up_fails(live, registry):
    @registry.on_startup
    async def fails(context):
        raise ConnectionError("no database")

    worker = Worker(registry, url=live.url, settings=live.settings, worker_id="w1")
    with pytest.raises(ConnectionError, match="no database"):
        await worker.start()
    assert [one.health for one in await live.client.workers()] == ["stopped"]


# -- probes ------------------------------------------------------------------------------------------------


async def get(port, path, method="GET"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body


async def test_a_probe(live, registry):
    from worker.metrics import PrometheusMetrics

    pytest.importorskip("prometheus_client")
    metrics = PrometheusMetrics(lambda: 0, lambda: 0)
    worker = await live.start(registry, metrics=metrics)
    async with health_server("127.0.0.1", 0, worker.health, metrics) as port:
        status, body = await get(port, "/healthz")
        assert (status, json.loads(body)["ok"]) == (200, True)
        await (await live.client.enqueue("add", 1, 1)).result(PATIENCE)
        with pytest.raises(JobFailedError):
            await (await live.client.enqueue("nobody")).result(PATIENCE)
        status, body = await get(port, "/metrics")
        assert status == 200
        assert b'worker_job_seconds_count{function="add",outcome="completed",queue="default"} 1.0' in body
        assert b'worker_job_seconds_count{function="unknown",outcome="failed",queue="default"} 1.0' in body
        assert (await get(port, "/"))[0] == 404
        assert (await get(port, "/healthz", "POST"))[0] == 405
        await live.stop()
        assert (await get(port, "/healthz"))[0] == 503


# -- clusters ----------------------------------------------------------------------------------------------


async def test_starting_while_leaders_are_elected(clock, nats_url, registry, faults):
    """M6: one of three workers that started together died of it."""
    for target in ("stream JOBS", "bucket jobs", "bucket workers"):
        faults.no_responders("create", target)
    worker = Worker(registry, url=nats_url, worker_id="w1")
    starting = asyncio.create_task(worker.start())
    await clock.advance(5)
    assert starting.done()
    await starting
    await worker.stop()
