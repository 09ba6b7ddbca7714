"""A cluster elects its leaders, or the server is away: every call of a client waits, within a bound, then says so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import subprocess
import tempfile
from pathlib import Path

import nats.js.errors
import pytest

from codemods.characterize.server import binary
from worker import Job, JobClient, JobStatusManager, Registry, ServerUnavailableError, Settings, open_client
from worker.failures import FailedJobHandler

SETTINGS = Settings()
# More than all pauses, and the limits of all requests between them.
LONG = 120


@pytest.fixture
async def client(clock, connect):
    client = JobClient(await connect("client"), SETTINGS)
    await client.open()
    return client


async def outcome(clock, call, seconds=30):
    """What a call gives that begins during an election."""
    task = asyncio.ensure_future(call)
    await clock.advance(seconds)
    assert task.done()
    return await task


async def messages(client):
    return (await client._js.stream_info("JOBS")).state.messages


# -- enqueue -----------------------------------------------------------------------------------------------

RECORD, MESSAGE = ("create", "jobs/sum"), ("publish", "jobs.default")


@pytest.mark.parametrize("step", [RECORD, MESSAGE], ids=["record", "message"])
@pytest.mark.parametrize("fault", ["no_responders", "drop", "drop_answer"])
async def test_a_job_is_enqueued_once(clock, client, faults, step, fault):
    getattr(faults, fault)(*step, times=2)
    handle = await outcome(clock, client.enqueue("add", 1, 1, job_id="sum"))
    assert faults.never_struck() == []
    assert not handle.duplicate
    assert (await handle.record()).status == "queued"
    assert await messages(client) == 1


async def test_a_record_that_a_cluster_has_not_spread_yet(clock, client, faults):
    """The leader refuses it as known, and then does not find it: the library's KeyNotFoundError went through."""
    faults.refuse("create", "jobs/sum", code=400, err_code=10164, text="wrong last sequence")
    handle = await outcome(clock, client.enqueue("add", 1, 1, job_id="sum"))
    assert faults.never_struck() == []
    assert not handle.duplicate
    assert await messages(client) == 1


async def test_a_result_that_a_cluster_has_not_spread_yet(live):
    """The worker gave the message back for it, and ran the job again."""
    runs = []
    registry = Registry()

    @registry.job
    async def once():
        runs.append(1)
        return 1

    worker = await live.start(registry)
    kv, tried = worker.jobs._results, []
    create = kv.create

    async def late(*arguments, **options):
        tried.append(1)
        if len(tried) == 1:
            await create(*arguments, **options)
            raise nats.js.errors.KeyNotFoundError
        return await create(*arguments, **options)

    kv.create = late
    handle = await live.client.enqueue("once")
    assert await handle.result() == 1
    assert (len(runs), len(tried), (await handle.record()).attempts) == (1, 2, 1)


@pytest.mark.parametrize("fault", ["no_responders", "drop_answer"])
async def test_a_job_that_others_wait_for(clock, client, connect, faults, fault):
    """Its record is there already, as that of a job to come."""
    jobs = JobStatusManager((await connect("w1")).jetstream(), SETTINGS, worker_id="w1")
    await jobs.open()
    await jobs.wait_for(Job("then", "add", depends_on=["sum"]), ["sum"])
    getattr(faults, fault)("update", "jobs/sum")
    handle = await outcome(clock, client.enqueue("add", 1, 1, job_id="sum"))
    assert faults.never_struck() == []
    assert not handle.duplicate
    assert (await handle.record()).dependents == ["then"]


async def test_an_id_that_is_there_already(clock, client, faults):
    first = await client.enqueue("add", 1, 1, job_id="sum")
    await clock.advance(1)
    faults.no_responders("create", "jobs/sum")
    faults.no_responders("get", "bucket jobs", times=2)
    second = await outcome(clock, client.enqueue("add", 1, 1, job_id="sum"))
    assert faults.never_struck() == []
    assert (first.duplicate, second.duplicate) == (False, True)
    assert await messages(client) == 1


@pytest.mark.parametrize("step", [RECORD, MESSAGE], ids=["record", "message"])
async def test_it_says_what_to_do_when_patience_is_over(clock, client, faults, step):
    faults.no_responders(*step, times=len(SETTINGS.start_pauses) + 1)
    with pytest.raises(ServerUnavailableError) as refused:
        await outcome(clock, client.enqueue("add", 1, 1, job_id="sum"), LONG)
    text = str(refused.value)
    assert text.startswith("The server does not answer (NoStreamResponseError")
    assert text.endswith("): job 'sum' may be enqueued, or not; enqueue it again with the same id")
    assert "\n" not in text
    again = await client.enqueue("add", 1, 1, job_id="sum")
    assert (await again.record()).status == "queued"
    assert await messages(client) == 1


# -- everything else ---------------------------------------------------------------------------------------


async def bury(client, job_id):
    """A dead letter."""
    await client.enqueue("add", 1, 1, job_id=job_id)
    failures = FailedJobHandler(client._js, client._jobs, SETTINGS)
    await failures.open()
    consumer = await client._js.pull_subscribe("jobs.default", "queue-default")
    (message,) = await consumer.fetch(1)
    await failures.bury(Job.decode(message.data), message, "attempts exhausted", "no", 1)


CALLS = {
    "job": (lambda client: client.job("queued"), ("get", "bucket jobs")),
    "cancel, reading": (lambda client: client.cancel("queued"), ("get", "bucket jobs")),
    "cancel, writing": (lambda client: client.cancel("queued"), ("update", "jobs/*")),
    "workers": (lambda client: client.workers(), ("info", "bucket workers")),
    "schedule": (lambda client: client.schedule("hourly", "add", every=3600), ("publish", "*.hourly")),
    "schedules": (lambda client: client.schedules.all(), ("info", "stream JOBS")),
    "remove": (lambda client: client.schedules.remove("daily"), ("purge all", "stream JOBS")),
    "jobs, keys": (lambda client: client.operator.jobs(), ("info", "bucket jobs")),
    "jobs, records": (lambda client: client.operator.jobs(), ("get", "bucket jobs")),
    "queues": (lambda client: client.operator.queues(), ("info", "stream JOBS")),
    "dead": (lambda client: client.operator.dead(), ("info", "stream JOBS_DEAD")),
    "dead, letters": (lambda client: client.operator.dead(), ("get", "stream JOBS_DEAD")),
    "redrive, record": (lambda client: client.operator.redrive(), ("update", "jobs/*")),
    "redrive, message": (lambda client: client.operator.redrive(), MESSAGE),
    "redrive, letter": (lambda client: client.operator.redrive(), ("erase", "stream JOBS_DEAD")),
    "purge --dead": (lambda client: client.operator.purge_dead(), ("erase", "stream JOBS_DEAD")),
    "purge --queue": (lambda client: client.operator.purge_queue("default"), ("update", "jobs/*")),
    "purge --queue, message": (lambda client: client.operator.purge_queue("default"), ("erase", "stream JOBS")),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("fault", ["no_responders", "drop_answer"])
async def test_a_call_during_an_election(clock, client, faults, name, fault):
    """It gives what it gives without one."""
    call, step = CALLS[name]
    await bury(client, "dead")
    await client.enqueue("add", 1, 1, job_id="queued")
    await client.schedule("daily", "add", every=86400)
    wanted = {
        "cancel": True, "remove": True, "redrive": ["dead"], "purge --dead": 1, "purge --queue": 1, "schedule": None
    }.get(name.partition(",")[0], "as before")  # fmt: skip
    if wanted == "as before":
        wanted = await call(client)
    getattr(faults, fault)(*step)
    assert await outcome(clock, call(client)) == wanted
    assert faults.never_struck() == []


@pytest.mark.parametrize("name", ["job", "cancel, reading", "queues", "schedules", "redrive, message"])
async def test_a_call_ends_in_one_sentence(clock, client, faults, name):
    call, step = CALLS[name]
    await bury(client, "dead")
    await client.enqueue("add", 1, 1, job_id="queued")
    faults.no_responders(*step, times=len(SETTINGS.start_pauses) + 1)
    with pytest.raises(ServerUnavailableError, match=r"^The server does not answer \([^\n]+\): [^\n]+$"):
        await outcome(clock, call(client), LONG)


# -- three nodes -------------------------------------------------------------------------------------------


def free_ports(number):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """Three servers of which two make a majority."""

    def __init__(self, folder):
        self.folder, self.ports, self.routes = folder, free_ports(3), free_ports(3)
        self.nodes = {}
        self.urls = [f"nats://127.0.0.1:{port}" for port in self.ports]

    def start(self, node):
        routes = ",".join(f"nats://127.0.0.1:{port}" for port in self.routes)
        command = [binary(), "-a", "127.0.0.1", "-p", str(self.ports[node]), "-js", "-sd", str(self.folder / str(node))]
        command += ["-n", f"n{node}", "--cluster_name", "test", "--routes", routes]
        command += ["--cluster", f"nats://127.0.0.1:{self.routes[node]}"]
        self.nodes[node] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, node):
        self.nodes[node].kill()
        self.nodes[node].wait()


@pytest.fixture
def cluster():
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            for node in range(3):
                cluster.start(node)
            yield cluster
        finally:
            for node in cluster.nodes:
                cluster.kill(node)


async def test_two_of_three_nodes_are_lost_while_jobs_are_enqueued(cluster, caplog):
    """Nobody leads until one of them is back; then each job is there, once."""
    caplog.set_level(logging.WARNING, "worker.connection")
    settings = Settings(replicas=3, request_timeout=1.0, connect_timeout=30.0, start_pauses=(0.5,) * 240)

    async def waits():
        before = len(caplog.records)
        while len(caplog.records) == before:  # noqa: ASYNC110 -- the log has no event
            await asyncio.sleep(0.05)

    async with open_client(cluster.urls, settings) as client:
        await client.enqueue("add", 1, 1, job_id="before")
        cluster.kill(0)
        cluster.kill(1)
        during = asyncio.create_task(client.enqueue("add", 1, 1, job_id="during"))
        await waits()
        assert not during.done()
        cluster.start(0)
        cluster.start(1)
        handle = await during
        assert not handle.duplicate
        assert (await handle.record()).status == "queued"
        (queue,) = await client.operator.queues()
        assert queue.waiting == 2
