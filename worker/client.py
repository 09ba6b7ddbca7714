"""For programs that have work done: enqueue jobs, see how they and the workers are doing."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from worker.connection import connect
from worker.exceptions import BadJobError, JobExistsError, ResultNotReadyError
from worker.jobs import JobStatusManager
from worker.messages import JOB_STATUS, REVISION_HEADER, Job, JobRecord
from worker.names import check_job_id, check_name
from worker.roster import list_workers
from worker.settings import DEFAULT_QUEUE, DEFAULT_URL, Settings
from worker.storage import ensure_jobs_stream, largest_payload

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814

    from worker.states import WorkerInfo


@dataclass(frozen=True)
class Enqueued:
    """What became of an attempt to enqueue a job."""

    job_id: str
    duplicate: bool


class JobClient:
    """Enqueues jobs and reads what became of them; `open()` comes first."""

    def __init__(self, nc: NATS, settings: Settings | None = None) -> None:
        self._nc = nc
        self._settings = settings or Settings()
        self._js = nc.jetstream(timeout=self._settings.request_timeout)
        self._jobs = JobStatusManager(self._js, self._settings)

    async def open(self) -> None:
        """Make the stream and the buckets, or find them."""
        await ensure_jobs_stream(self._js, self._settings)
        await self._jobs.open()

    async def enqueue(
        self,
        function: str,
        *args: Any,
        queue: str = DEFAULT_QUEUE,
        job_id: str | None = None,
        depends_on: str | Sequence[str] = (),
        max_attempts: int | None = None,
        time_limit: float | None = None,
        result_ttl: float | None = None,
        **kwargs: Any,
    ) -> Enqueued:
        """Have a function called. With a `job_id` of your own, a second call does nothing."""
        job = Job(
            job_id=check_job_id(job_id or uuid.uuid4().hex),
            function=function,
            args=list(args),
            kwargs=kwargs,
            queue=check_name(queue),
            enqueued_at=round(time.time(), 3),
            depends_on=[depends_on] if isinstance(depends_on, str) else list(depends_on),
            max_attempts=max_attempts,
            timeout=time_limit,
            result_ttl=result_ttl,
        )
        payload = self._encode(job)
        # The record comes first, so that no worker can finish a job before it is known. If publishing then
        # fails, enqueueing again with the same id repairs it: a job that is still queued is published again.
        revision = await self._jobs.queued(job)
        new = bool(revision)
        if not new:
            record, found = await self._jobs.find_with_revision(job.job_id)
            if record is not None and record.function != function:
                raise JobExistsError(f"Job {job.job_id!r} is there already, and calls {record.function!r}")
            if record is not None and record.status is not JOB_STATUS.QUEUED:
                return Enqueued(job.job_id, duplicate=True)
            revision = found or 0
        headers = {"Nats-Msg-Id": job.job_id, REVISION_HEADER: str(revision)}
        await self._js.publish(self._settings.job_subject(queue), payload, headers=headers)
        return Enqueued(job.job_id, duplicate=not new)

    def _encode(self, job: Job) -> bytes:
        """The message of a job, which every worker will take for one; before anything is written."""
        try:
            payload = job.encode()
        except (TypeError, ValueError) as error:
            raise BadJobError(f"The arguments of {job.function!r} have no JSON form: {error}") from error
        Job.decode(payload)
        if len(payload) > (limit := largest_payload(self._js)):
            raise BadJobError(f"Job {job.job_id!r} is too large ({len(payload):,} bytes, the server takes {limit:,})")
        return payload

    async def job(self, job_id: str) -> JobRecord:
        """The record of a job."""
        return await self._jobs.get(job_id)

    async def result(self, job_id: str) -> Any:
        """What a job returned; raises what says why there is nothing."""
        return await self._jobs.result(job_id)

    async def wait(self, job_id: str, *, poll: float = 0.1) -> Any:
        """Wait for the result of a job."""
        while True:
            try:
                return await self.result(job_id)
            except ResultNotReadyError:
                await asyncio.sleep(poll)

    async def workers(self) -> list[WorkerInfo]:
        """All workers, and how each is doing."""
        return await list_workers(self._nc, self._settings)


@asynccontextmanager
async def open_client(url: str = DEFAULT_URL, settings: Settings | None = None) -> AsyncIterator[JobClient]:
    """A client with a connection of its own."""
    settings = settings or Settings()
    nc = await connect(url, settings.connect_timeout, name="jobs-client")
    try:
        client = JobClient(nc, settings)
        await client.open()
        yield client
    finally:
        await nc.close()
