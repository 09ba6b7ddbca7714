"""What the scenarios share. Classes are reached through the facade alone, wherever they live."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.worker.live import Live
from worker import ActiveJob, JobStatusManager, Settings, WorkerStatusManager

SETTINGS = Settings(heartbeat_interval=15.0, workers_ttl=60.0)


@dataclass
class StandIn:
    """As much of a worker as the status manager reads."""

    worker_id: str
    nc: Any
    queues: Sequence[str] = ("default", "mail")
    concurrency: int = 4
    active: dict[str, ActiveJob] = field(default_factory=dict)
    jobs_done: int = 0
    jobs_failed: int = 0
    stuck: int = 0

    @property
    def active_jobs(self) -> Mapping[str, ActiveJob]:
        return self.active

    def take(self, job_id: str, at: float = 0.0, delivery: int = 1) -> None:
        self.active[job_id] = ActiveJob(job_id, "default", at, delivery)

    def finish(self, job_id: str, failed: bool = False) -> None:
        del self.active[job_id]
        self.jobs_failed += failed
        self.jobs_done += not failed


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
async def stand_in(connect):
    """Make a stand-in worker with a connection of its own."""

    async def make(worker_id: str = "w1", **options: Any) -> StandIn:
        return StandIn(worker_id, await connect(worker_id, **options))

    return make


@pytest.fixture
async def manage(stand_in, settings, tape):
    """Make a stand-in worker and its manager; what would differ from run to run is given."""
    managers: list[WorkerStatusManager] = []

    def lost(error: BaseException) -> None:
        tape.raised(error, "on_lost")

    async def make(worker_id: str = "w1", **options: Any) -> tuple[WorkerStatusManager, StandIn]:
        numbers = itertools.count(1)
        made: list[WorkerStatusManager] = []

        async def back() -> None:
            made[0].connection_restored()

        worker = await stand_in(worker_id, reconnected_cb=back)
        fixed = {"host": "host-a", "pid": 4711, "new_instance": lambda: f"{worker_id}/{next(numbers)}"}
        options = {"settings": settings, "on_lost": lost, **fixed, **options}
        made.append(WorkerStatusManager(worker, **options))
        managers.append(made[0])
        return made[0], worker

    yield make
    for manager in managers:
        await manager.stop_heartbeat()


@pytest.fixture
async def open_jobs(connect):
    """Make a JobStatusManager for a worker, with a connection of its own."""

    async def open_jobs(worker_id="w1"):
        nc = await connect(worker_id)
        jobs = JobStatusManager(nc.jetstream(), Settings(), worker_id=worker_id)
        await jobs.open()
        return jobs

    return open_jobs


@pytest.fixture
async def live(nats_url, connect):
    """A worker and a client on real time."""
    live = Live(nats_url, await connect("test"))
    await live.client.open()
    yield live
    await live.stop()


@pytest.fixture
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]
