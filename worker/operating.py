"""For whoever operates it: what is there, what died, and what to do with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs
from nats.js.errors import APIError, NotFoundError

from worker.connection import outlast
from worker.exceptions import BadJobError, IllegalTransitionError, UnreadableRecordError
from worker.jobs import JobStatusManager
from worker.messages import JOB_STATUS, Job, JobRecord
from worker.names import job_id_of

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg

    from worker.settings import Settings

T = TypeVar("T")

READ_AT_A_TIME = 20

NO_MESSAGE = 10057  # "no message found", an error of the server and not of the kind NotFoundError


@dataclass(frozen=True)
class ListedJob:
    """A job, or (without a record) a key whose record cannot be read."""

    job_id: str
    record: JobRecord | None


@dataclass(frozen=True)
class QueueInfo:
    """How much a queue has to do: waiting for a worker, and in the hands of one."""

    queue: str
    waiting: int
    running: int


@dataclass(frozen=True)
class DeadLetter:
    """A message in the dead-letter stream."""

    sequence: int
    queue: str
    job_id: str | None  # None if it is no job
    reason: str
    error: str
    attempts: int
    died_at: float
    truncated: bool


class Operator:
    """Looks at queues and dead letters, and changes them."""

    def __init__(self, js: JetStreamContext, settings: Settings, jobs: JobStatusManager) -> None:
        self._js = js
        self._settings = settings
        self._jobs = jobs

    async def jobs(
        self, *, status: Iterable[str] = (), queue: str | None = None, limit: int | None = None
    ) -> list[ListedJob]:
        """The jobs there are records of, the newest first."""
        wanted = set(status)
        found = [item async for item in self._records() if _matches(item.record, wanted, queue)]
        found.sort(key=lambda item: item.record.enqueued_at if item.record else 0.0, reverse=True)
        return found[:limit]

    async def queues(self) -> list[QueueInfo]:
        """The queues that have had a worker or a job."""
        prefix = self._settings.job_subject("")
        stream = self._settings.jobs_stream
        info = await self._ask(lambda: self._js.stream_info(stream, subjects_filter=prefix + "*"))
        depth = {subject.removeprefix(prefix): number for subject, number in (info.state.subjects or {}).items()}
        found = {}
        for consumer in await self._ask(lambda: self._js.consumers_info(stream)):
            queue = (consumer.config.filter_subject or "").removeprefix(prefix)
            found[queue] = QueueInfo(queue, consumer.num_pending or 0, consumer.num_ack_pending or 0)
        for queue, number in depth.items():
            found.setdefault(queue, QueueInfo(queue, number, 0))
        return sorted(found.values(), key=lambda one: one.queue)

    async def dead(self, queue: str | None = None) -> list[DeadLetter]:
        """The dead letters, the oldest first."""
        return [letter async for letter, _ in self._dead(queue)]

    async def redrive(self, job_ids: Iterable[str] | None = None, queue: str | None = None) -> list[str]:
        """Give dead jobs (these, or all) another life, with all of their attempts; the ids of those that have one."""
        wanted, done = None if job_ids is None else set(job_ids), []
        async for letter, message in self._dead(queue):
            if letter.job_id is None or (wanted is not None and letter.job_id not in wanted):
                continue
            job = Job.decode(message.data or b"")
            job = structs.replace(job, life=job.life + 1)
            await self._ask(lambda job=job: self._another_life(job))
            await self._delete(self._settings.dead_stream, letter.sequence)
            done.append(job.job_id)
        return done

    async def _another_life(self, job: Job) -> None:
        with contextlib.suppress(IllegalTransitionError, UnreadableRecordError):
            await self._jobs.requeued(job)
        headers = {"Nats-Msg-Id": job.message_id}
        await self._js.publish(self._settings.job_subject(job.queue), job.encode(), headers=headers)

    async def purge_dead(self, queue: str | None = None, job_ids: Iterable[str] | None = None) -> int:
        """Delete dead letters; how many there were."""
        wanted = None if job_ids is None else set(job_ids)
        letters = [one for one in await self.dead(queue) if wanted is None or one.job_id in wanted]
        for letter in letters:
            await self._delete(self._settings.dead_stream, letter.sequence)
        return len(letters)

    async def purge_queue(self, queue: str) -> int:
        """Cancel what waits in a queue, and delete it; how much that was. What runs, runs on."""
        subject, number = self._settings.job_subject(queue), 0
        async for message in self._messages(self._settings.jobs_stream, subject):
            if await self._ask(lambda message=message: self._runs_on(message)):
                continue
            await self._delete(self._settings.jobs_stream, message.seq or 0)
            number += 1
        return number

    async def _runs_on(self, message: RawStreamMsg) -> bool:
        """Whether the job of a message runs; else it is cancelled."""
        with contextlib.suppress(BadJobError, IllegalTransitionError, UnreadableRecordError):
            job = Job.decode(message.data or b"")
            record = await self._jobs.find(job.job_id)
            if record is not None and record.status is JOB_STATUS.RUNNING:
                return True
            if record is not None and not record.status.ended:
                await self._jobs.cancelled(job.job_id)
        return False

    async def _records(self) -> AsyncIterator[ListedJob]:
        bucket = self._settings.jobs_bucket
        prefix = f"$KV.{bucket}."
        info = await self._ask(lambda: self._js.stream_info(f"KV_{bucket}", subjects_filter=prefix + ">"))
        ids = [job_id_of(subject.removeprefix(prefix)) for subject in info.state.subjects or {}]
        for start in range(0, len(ids), READ_AT_A_TIME):
            for found in await asyncio.gather(*(self._listed(one) for one in ids[start : start + READ_AT_A_TIME])):
                if found is not None:
                    yield found

    async def _listed(self, job_id: str) -> ListedJob | None:
        try:
            record = await self._ask(lambda: self._jobs.find(job_id))
        except (UnreadableRecordError, BadJobError):
            return ListedJob(job_id, None)
        return None if record is None else ListedJob(job_id, record)

    async def _dead(self, queue: str | None) -> AsyncIterator[tuple[DeadLetter, RawStreamMsg]]:
        async for message in self._messages(self._settings.dead_stream, self._settings.dead_subject(queue or "*")):
            yield _letter(message, self._settings.dead_subject("")), message

    async def _messages(self, stream: str, subject: str) -> AsyncIterator[RawStreamMsg]:
        sequence = 1
        info = await self._ask(lambda: self._js.stream_info(stream))
        last = info.state.last_seq  # what comes meanwhile is for the next time
        while sequence <= last:
            try:
                message = await self._ask(
                    lambda after=sequence: self._js.get_msg(stream, seq=after, next=True, subject=subject)
                )
            except NotFoundError:
                return
            if (message.seq or 0) > last:
                return
            yield message
            sequence = (message.seq or sequence) + 1

    async def _delete(self, stream: str, sequence: int) -> None:
        try:
            await self._ask(lambda: self._js.delete_msg(stream, sequence))
        except APIError as error:
            if error.err_code != NO_MESSAGE:
                raise

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        return await outlast(call, self._settings.start_pauses, "what was asked for may be done in part; do it again")


def _matches(record: JobRecord | None, status: set[str], queue: str | None) -> bool:
    if record is None:
        return not status and queue is None
    if record.status is JOB_STATUS.EXPECTED and "expected" not in status:
        return False
    return (not status or record.status in status) and (queue is None or record.queue == queue)


def _letter(message: RawStreamMsg, prefix: str) -> DeadLetter:
    headers = message.headers or {}
    try:
        job_id = Job.decode(message.data or b"").job_id
    except BadJobError:
        job_id = None
    attempts, died_at = headers.get("Job-Attempts", ""), headers.get("Job-Died-At", "")
    return DeadLetter(
        sequence=message.seq or 0,
        queue=(message.subject or "").removeprefix(prefix),
        job_id=job_id,
        reason=headers.get("Job-Reason", "unknown"),
        error=headers.get("Job-Error", ""),
        attempts=int(attempts) if attempts.isdecimal() else 0,
        died_at=float(died_at) if died_at.replace(".", "", 1).isdecimal() else 0.0,
        truncated="Job-Truncated" in headers,
    )
