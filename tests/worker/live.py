"""A worker and a client on a real server and on real time; every wait is for an event."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from worker import JobClient, Registry, Settings, Worker

# How long an event is waited for; never waited out when all is well.
PATIENCE = 60.0

# Short where something is waited for, long where a busy machine would make it happen by accident.
FAST = Settings(
    backoff_base=0.01,
    backoff_jitter=0.0,
    heartbeat_interval=0.3,
    workers_ttl=60.0,
    ack_wait=60.0,
    progress_interval=0.5,
    fetch_timeout=1.0,
    fetch_pause=0.05,
    rescue_interval=0.2,
    start_pauses=(0.1, 0.1),
    record_pauses=(0.05, 0.1),
    request_timeout=10.0,
    drain_timeout=5.0,
)


class Live:
    """What a test of a running worker needs; `async with` around it ends what it started."""

    def __init__(self, url: str, nc: Any, settings: Settings = FAST) -> None:
        self.url, self.nc, self.settings = url, nc, settings
        self.js = nc.jetstream()
        self.client = JobClient(nc, settings)
        self._running: list[tuple[Worker, asyncio.Task[None]]] = []

    async def start(self, registry: Registry, queues: Sequence[str] = ("default",), **options: Any) -> Worker:
        worker = Worker(registry, queues, **{"url": self.url, "settings": self.settings, **options})
        await worker.start()
        ended = asyncio.create_task(worker._stop_requested.wait())
        self._running.append((worker, ended))  # type: ignore[arg-type]
        return worker

    async def stop(self) -> None:
        for worker, ended in self._running:
            ended.cancel()
            worker.request_stop()
            worker.request_stop()
            await worker.stop()
        self._running.clear()

    async def raw(self, data: bytes, queue: str = "default", **options: Any) -> int:
        """A message of a stranger."""
        return (await self.js.publish(self.settings.job_subject(queue), data, **options)).seq

    async def dead(self) -> list[tuple[dict[str, str], bytes]]:
        """The dead letters: headers and data of each."""
        state = (await self.js.stream_info(self.settings.dead_stream)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1):
            with contextlib.suppress(Exception):
                one = await self.js.get_msg(self.settings.dead_stream, sequence)
                found.append((one.headers or {}, one.data or b""))
        return found

    async def waiting(self) -> int:
        """How many messages the job stream has."""
        return (await self.js.stream_info(self.settings.jobs_stream)).state.messages

    async def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Ask again until it holds; what a server says cannot be had otherwise."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = condition()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(0.02)

    async def settled(self) -> None:
        """Until every message has been answered for good."""

        async def none_left() -> bool:
            return await self.waiting() == 0

        await self.until(none_left)

    async def ended(self, job_id: str) -> Any:
        """The record of a job once it is completed or failed."""

        async def over() -> Any:
            record = await self.client.job(job_id)
            return record if record.status in ("completed", "failed", "cancelled") else None

        return await self.until(over)
