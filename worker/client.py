"""For programs that have work done: enqueue jobs, see how they and the workers are doing."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from worker.access import Access
from worker.connection import close, connect, outlast
from worker.exceptions import BadJobError, IllegalTransitionError, JobExistsError
from worker.jobs import JobStatusManager
from worker.messages import JOB_STATUS, REVISION_HEADER, Job, JobRecord
from worker.names import check_job_id, check_name
from worker.operating import Operator
from worker.roster import list_workers
from worker.scheduling import Schedules, delayed_subject, due_at, once, periodic
from worker.settings import DEFAULT_QUEUE, DEFAULT_URL, Settings
from worker.storage import ensure_jobs_stream, largest_payload
from worker.watching import until_ended

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814

    from worker.records import Queued
    from worker.states import WorkerInfo

T = TypeVar("T")

# How often the word is sent that a running job shall be cancelled: nobody keeps it.
CANCEL_REPEATED = 1.0


class JobClient:
    """Enqueues jobs and reads what became of them; `open()` comes first.

    While the server is away, or a cluster elects its leaders, each call waits (for the `start_pauses` of the
    settings) and tries again; after that it raises ServerUnavailableError.
    """

    def __init__(self, nc: NATS, settings: Settings | None = None) -> None:
        self._nc = nc
        self._settings = settings or Settings()
        self._js = nc.jetstream(timeout=self._settings.request_timeout)
        self._jobs = JobStatusManager(self._js, self._settings)
        self.schedules = Schedules(self._js, self._settings)
        self.operator = Operator(self._js, self._settings, self._jobs)

    async def open(self) -> None:
        """Make the stream and the buckets, or find them."""
        await self._outlast(lambda: ensure_jobs_stream(self._js, self._settings), "no job can be enqueued")
        await self._outlast(self._jobs.open, "no job can be enqueued")

    async def enqueue(
        self,
        function: str,
        /,
        *args: Any,
        queue: str = DEFAULT_QUEUE,
        job_id: str | None = None,
        depends_on: str | Sequence[str] = (),
        max_attempts: int | None = None,
        time_limit: float | None = None,
        result_ttl: float | None = None,
        delay: float | dt.timedelta | None = None,
        at: dt.datetime | None = None,
        **kwargs: Any,
    ) -> JobHandle:
        """Have a function called. With a `job_id` of your own, a second call does nothing.

        Raises BadJobError, before anything is written, for what no worker would take. For a function whose own
        keywords are `queue`, `job_id` and the like, there is `submit`.
        """
        return await self.submit(
            function,
            args,
            kwargs,
            queue=queue,
            job_id=job_id,
            depends_on=depends_on,
            max_attempts=max_attempts,
            time_limit=time_limit,
            result_ttl=result_ttl,
            delay=delay,
            at=at,
        )

    async def submit(
        self,
        function: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        queue: str = DEFAULT_QUEUE,
        job_id: str | None = None,
        depends_on: str | Sequence[str] = (),
        max_attempts: int | None = None,
        time_limit: float | None = None,
        result_ttl: float | None = None,
        delay: float | dt.timedelta | None = None,
        at: dt.datetime | None = None,
    ) -> JobHandle:
        """As `enqueue`, with the arguments of the function apart from our own."""
        due = due_at(delay, at)
        job = Job(
            job_id=check_job_id(uuid.uuid4().hex if job_id is None else job_id),
            function=function,
            args=list(args),
            kwargs=dict(kwargs or {}),
            queue=check_name(queue),
            enqueued_at=round(time.time(), 3),
            depends_on=[depends_on] if isinstance(depends_on, str) else list(depends_on),
            max_attempts=max_attempts,
            timeout=time_limit,
            result_ttl=result_ttl,
        )
        return await self._publish(job, self._encode(job), due)

    async def schedule(
        self,
        name: str,
        function: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        every: float | dt.timedelta | None = None,
        cron: str | None = None,
        time_zone: str | None = None,
        queue: str = DEFAULT_QUEUE,
        max_attempts: int | None = None,
        time_limit: float | None = None,
        result_ttl: float | None = None,
    ) -> None:
        """Have a function called again and again; a schedule of the same name is changed.

        `cron` has five fields, or six with the seconds first, in UTC or the `time_zone`. The ids of the jobs are
        the name with a number: `nightly.42`. Missed times are not made up for.
        """
        job = Job(
            check_name(name, "schedule"),
            function,
            list(args),
            dict(kwargs or {}),
            check_name(queue),
            max_attempts=max_attempts,
            timeout=time_limit,
            result_ttl=result_ttl,
            schedule=name,
        )
        await self.schedules.put(name, periodic(every, cron), self._encode(job), queue, time_zone)

    async def _publish(self, job: Job, payload: bytes, due: dt.datetime | None) -> JobHandle:
        # The record comes first, so that no worker can finish a job before it is known. If publishing then
        # fails, enqueueing again with the same id repairs it: a job that is still queued is published again.
        unsure = f"job {job.job_id!r} may be enqueued, or not; enqueue it again with the same id"
        tries = 0

        async def note() -> Queued | None:
            nonlocal tries
            tries += 1
            return await self._jobs.queued(job, due.timestamp() if due else None)

        queued = await self._outlast(note, unsure)
        duplicate = queued is None
        headers = {"Nats-Msg-Id": job.message_id}
        if queued is None:
            record = await self._outlast(lambda: self._jobs.find(job.job_id), unsure)
            if record is not None and record.function != job.function:
                raise JobExistsError(f"Job {job.job_id!r} is there already, and calls {record.function!r}")
            # A try whose answer was lost may have written it.
            duplicate = tries == 1 or record is None or record.enqueued_at != job.enqueued_at
            if record is not None and record.status is not JOB_STATUS.QUEUED:
                return JobHandle(job.job_id, duplicate, client=self)
        elif queued.blank:
            headers[REVISION_HEADER] = str(queued.revision)
        subject = self._settings.job_subject(job.queue)
        if due is not None:
            headers |= once(due, subject)
            subject = delayed_subject(self._settings, job.job_id)
        # The server knows a message again that it has stored, by its id.
        await self._outlast(lambda: self._js.publish(subject, payload, headers=headers), unsure)
        return JobHandle(job.job_id, duplicate, client=self)

    async def _outlast(self, call: Callable[[], Awaitable[T]], else_: str) -> T:
        return await outlast(call, self._settings.start_pauses, else_)

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
        return await self._outlast(lambda: self._jobs.get(job_id), f"job {job_id!r} cannot be looked up")

    async def result(self, job_id: str) -> Any:
        """What a job returned; raises what says why there is nothing."""
        return await self._outlast(lambda: self._jobs.result(job_id), f"job {job_id!r} cannot be looked up")

    async def wait(self, job_id: str, *, timeout: float | None = None, poll: float = 2.0) -> Any:  # noqa: ASYNC109
        """Wait for the result of a job; raises TimeoutError after `timeout` seconds.

        The server says when the record changes; it is asked every `poll` seconds as well, for after a restart
        of the server, or the loss of a node, nothing may be heard of it.
        """
        async with asyncio.timeout(timeout):
            record = await until_ended(self._nc, self._settings, self._jobs, job_id, poll)
            return await self._outlast(lambda: self._jobs.result_of(record), f"job {job_id!r} cannot be looked up")

    async def cancel(self, job_id: str, *, timeout: float | None = 10.0) -> bool:  # noqa: ASYNC109
        """Cancel a job; True if it did not run to its end. A running one is cancelled by its worker.

        A function in a thread cannot be interrupted: it runs on, and what it returns is dropped. Raises
        TimeoutError if the worker does not answer; when another one takes the job, it will be cancelled.
        """
        unsure = f"job {job_id!r} may be cancelled, or not; cancel it again"
        record = await self.job(job_id)
        if not record.status.ended and record.status is not JOB_STATUS.RUNNING:
            with contextlib.suppress(IllegalTransitionError):
                record = await self._outlast(lambda: self._jobs.cancelled(job_id), unsure)
        if not record.status.ended:
            record = await self._outlast(lambda: self._jobs.cancel_wanted(job_id), unsure)
        async with asyncio.timeout(timeout):
            while not record.status.ended:
                await self._nc.publish(self._settings.cancel_subject(), job_id.encode())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CANCEL_REPEATED):
                        await until_ended(self._nc, self._settings, self._jobs, job_id, CANCEL_REPEATED)
                record = await self.job(job_id)
        return record.status is JOB_STATUS.CANCELLED

    async def workers(self) -> list[WorkerInfo]:
        """All workers, and how each is doing."""
        return await self._outlast(lambda: list_workers(self._nc, self._settings), "nobody knows who works")


@dataclass(frozen=True)
class JobHandle:
    """A job that was enqueued; `duplicate` if there was one of this id already."""

    job_id: str
    duplicate: bool
    client: JobClient = field(repr=False, compare=False)

    async def result(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109
        """Wait for what the job returns; raises JobFailedError, or TimeoutError after `timeout` seconds."""
        return await self.client.wait(self.job_id, timeout=timeout)

    async def record(self) -> JobRecord:
        """How far the job has come."""
        return await self.client.job(self.job_id)

    async def cancel(self, timeout: float | None = 10.0) -> bool:  # noqa: ASYNC109
        """Cancel the job; True if it did not run to its end."""
        return await self.client.cancel(self.job_id, timeout=timeout)


@asynccontextmanager
async def open_client(
    url: str | Sequence[str] = DEFAULT_URL, settings: Settings | None = None, access: Access | None = None
) -> AsyncIterator[JobClient]:
    """A client with a connection of its own."""
    settings = settings or Settings()
    nc = await connect(url, settings.connect_timeout, access, name="jobs-client")
    try:
        client = JobClient(nc, settings)
        await client.open()
        yield client
    finally:
        await close(nc)
