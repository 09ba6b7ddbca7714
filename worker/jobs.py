from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import nats.js.errors

from worker.exceptions import (
    IllegalTransitionError,
    JobFailedError,
    JobNotFoundError,
    PermanentJobError,
    ResultExpiredError,
    ResultNotReadyError,
    UnreadableRecordError,
    WorkerError,
)
from worker.messages import JOB_STATUS, JOB_VERSION, HistoryStep, Job, JobRecord, decode_result, encode
from worker.names import record_key
from worker.settings import Settings
from worker.storage import largest_payload, open_jobs_bucket, open_results_bucket

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

logger = logging.getLogger("worker.worker")

# How many steps of its way the record of a job remembers.
JOB_HISTORY_LIMIT = 50
# Between two writers of one record the one that comes second reads again and tries again, this often.
JOB_WRITE_ATTEMPTS = 5

# A job may go from RUNNING to RUNNING: its worker was lost, and another one has it now.
JOB_STATUS_TRANSITIONS: dict[JOB_STATUS, frozenset[JOB_STATUS]] = {
    JOB_STATUS.QUEUED: frozenset({JOB_STATUS.RUNNING, JOB_STATUS.FAILED}),
    JOB_STATUS.RUNNING: frozenset(set(JOB_STATUS) - {JOB_STATUS.QUEUED}),
    JOB_STATUS.RETRIED: frozenset({JOB_STATUS.RUNNING, JOB_STATUS.FAILED}),
    JOB_STATUS.COMPLETED: frozenset(),
    JOB_STATUS.FAILED: frozenset(),
}

RecordChange: TypeAlias = Callable[[JobRecord, float], JobRecord]


@dataclass(frozen=True)
class Dependencies:
    """How the jobs that a job depends on are doing."""

    waiting: list[str]
    failed: list[str]


class JobStatusManager:
    """Keeps a record of each job and, for a while, its result.

    Records are read, changed and written back against the revision that was read, so that two workers which
    both believe to have a job cannot overwrite each other unseen.
    """

    def __init__(self, js: JetStreamContext, settings: Settings | None = None, *, worker_id: str | None = None) -> None:
        self._js = js
        self._settings = settings or Settings()
        self._worker_id = worker_id
        # What was written last of jobs that run here, so that it need not be read again.
        self._held: dict[str, tuple[JobRecord, int]] = {}
        # These are there from open() on.
        self._records: KeyValue
        self._results: KeyValue

    async def open(self) -> None:
        """Make the two buckets, or find them; nothing else works before."""
        self._records = await open_jobs_bucket(self._js, self._settings)
        self._results = await open_results_bucket(self._js, self._settings)

    async def queued(self, job: Job) -> int:
        """Note a job that is about to be enqueued. The revision of its record, or 0 if there was one already."""
        record = self._step(self._blank(job), JOB_STATUS.QUEUED)
        try:
            return await self._records.create(record_key(job.job_id), record.encode())
        except nats.js.errors.KeyWrongLastSequenceError:
            return 0

    async def running(
        self, job: Job, delivery: int, sequence: int | None = None, *, instead_of: int | None = None
    ) -> JobRecord:
        """Note that this worker runs the job now: one more attempt, counted before it is made.

        `sequence` is that of the message; a job that another message runs is not run, unless `instead_of` that.
        """
        return await self._transition(job, JOB_STATUS.RUNNING, self._start(delivery, sequence, instead_of))

    async def started(self, job: Job, sequence: int | None, revision: int) -> JobRecord | None:
        """As `running`, for a first delivery, where the client said which record it wrote: nothing is read.

        None if the record is not that one any more.
        """
        queued: HistoryStep = {"status": JOB_STATUS.QUEUED, "at": job.enqueued_at, "attempt": 0}
        old = replace(self._blank(job), history=[queued])
        try:
            return await self._write(job.job_id, old, revision, JOB_STATUS.RUNNING, self._start(1, sequence, None))
        except nats.js.errors.KeyWrongLastSequenceError:
            return None

    def forget(self, job_id: str) -> None:
        """This worker has nothing more to do with the job."""
        self._held.pop(job_id, None)

    def _start(self, delivery: int, sequence: int | None, instead_of: int | None) -> RecordChange:
        def change(record: JobRecord, now: float) -> JobRecord:
            if record.sequence not in (None, sequence, instead_of):
                raise IllegalTransitionError(f"Another message of job {record.job_id!r} runs it")
            if (record.worker_id, record.delivery) != (self._worker_id, delivery):
                record = replace(record, attempts=record.attempts + 1)
            mine = {"worker_id": self._worker_id, "delivery": delivery, "sequence": sequence}
            return replace(record, started_at=now, next_attempt_at=None, **mine)

        return change

    async def completed(self, job: Job, result: Any) -> JobRecord:
        """Store the result, then note that it is there: in this order nobody looks for a result in vain."""
        return await self.completed_with(job, self.encode_result(result))

    def encode_result(self, result: Any) -> bytes:
        """What is stored of a result; raises PermanentJobError if it cannot be, for the next one could not either."""
        try:
            payload = encode({"v": JOB_VERSION, "result": result})
            if b"\\ud" in payload:  # maybe half of a surrogate pair, which nobody could read
                decode_result(payload)
        except (TypeError, ValueError, UnreadableRecordError) as error:
            raise PermanentJobError(f"the result cannot be stored: {error}") from error
        limit = largest_payload(self._js)
        if len(payload) > limit:
            raise PermanentJobError(f"the result is too large ({len(payload):,} bytes, the server takes {limit:,})")
        return payload

    async def completed_with(self, job: Job, payload: bytes) -> JobRecord:
        """As `completed`, with a result that `encode_result` has encoded."""
        ttl = job.result_ttl if job.result_ttl is not None else self._settings.result_ttl
        try:
            await self._results.create(record_key(job.job_id), payload, msg_ttl=max(1.0, ttl))
        except nats.js.errors.KeyWrongLastSequenceError:
            logger.warning("Job %s has a result already; the first one stays", job.job_id)
        return await self._transition(
            job, JOB_STATUS.COMPLETED, lambda record, now: replace(record, finished_at=now, error=None)
        )

    async def retried(self, job: Job, error: str, delay: float, *, counts: bool = True) -> JobRecord:
        """Note that an attempt failed and that there will be another; some do not count."""

        def change(record: JobRecord, now: float) -> JobRecord:
            attempts = record.attempts if counts else record.attempts - 1
            return replace(record, attempts=attempts, error=error, next_attempt_at=round(now + delay, 3))

        return await self._transition(job, JOB_STATUS.RETRIED, change)

    async def failed(self, job: Job, error: str) -> JobRecord:
        """Note that nobody will try this job again; a record that cannot be read is written over."""

        def change(record: JobRecord, now: float) -> JobRecord:
            return replace(record, error=error, finished_at=now, next_attempt_at=None)

        try:
            return await self._transition(job, JOB_STATUS.FAILED, change)
        except UnreadableRecordError:
            record = self._step(self._blank(job), JOB_STATUS.QUEUED)
            record = self._step(change(record, round(time.time(), 3)), JOB_STATUS.FAILED)
            await self._records.put(record_key(job.job_id), record.encode())
            return record

    async def message_is_there(self, sequence: int) -> bool:
        """Whether the stream of jobs still has this message."""
        try:
            await self._js.get_msg(self._settings.jobs_stream, seq=sequence)
        except nats.js.errors.NotFoundError:
            return False
        return True

    async def find_with_revision(self, job_id: str) -> tuple[JobRecord | None, int | None]:
        """The record of a job, or None, and what an update has to name."""
        return await self._read(job_id)

    async def find(self, job_id: str) -> JobRecord | None:
        """The record of a job, or None."""
        record, _ = await self._read(job_id)
        return record

    async def get(self, job_id: str) -> JobRecord:
        """The record of a job; raises JobNotFoundError if there is none."""
        record = await self.find(job_id)
        if record is None:
            raise JobNotFoundError(f"There is no job {job_id!r}")
        return record

    async def result(self, job_id: str) -> Any:
        """What the job returned; raises what says why there is nothing."""
        record = await self.get(job_id)
        if record.status is JOB_STATUS.FAILED:
            raise JobFailedError(f"Job {job_id!r} failed: {record.error}")
        if record.status is not JOB_STATUS.COMPLETED:
            raise ResultNotReadyError(f"Job {job_id!r} is {record.status}")
        try:
            entry = await self._results.get(record_key(job_id))
        except nats.js.errors.KeyNotFoundError:
            raise ResultExpiredError(f"The result of job {job_id!r} has expired") from None
        try:
            return decode_result(entry.value)
        except UnreadableRecordError as error:
            raise UnreadableRecordError(f"The result of job {job_id!r} cannot be read: {error}") from error

    async def dependencies(self, job: Job) -> Dependencies:
        """How the jobs are doing that must be completed before this one runs.

        One that nobody knows is waited for: it may be enqueued later than what depends on it.
        """
        waiting, failed = [], []
        for job_id in job.depends_on:
            record = await self.find(job_id)
            if record is not None and record.status is JOB_STATUS.FAILED:
                failed.append(job_id)
            elif record is None or record.status is not JOB_STATUS.COMPLETED:
                waiting.append(job_id)
        return Dependencies(waiting, failed)

    async def _transition(self, job: Job, status: JOB_STATUS, change: RecordChange) -> JobRecord:
        known = self._held.pop(job.job_id, None)
        for _ in range(JOB_WRITE_ATTEMPTS):
            record, revision = known or await self._read(job.job_id)
            known = None
            # Somebody may have published the job without a record, or the record has expired meanwhile.
            old = record or self._step(self._blank(job), JOB_STATUS.QUEUED)
            if old.status is status and status is not JOB_STATUS.RUNNING:
                return old  # a write that seemed to have failed had come through
            if status not in JOB_STATUS_TRANSITIONS[old.status]:
                raise IllegalTransitionError(f"Job {job.job_id!r} is {old.status} and cannot become {status}")
            try:
                return await self._write(job.job_id, old, revision, status, change)
            except nats.js.errors.KeyWrongLastSequenceError:
                continue
        raise WorkerError(f"The record of job {job.job_id!r} changes faster than it can be written")

    async def _write(
        self, job_id: str, old: JobRecord, revision: int | None, status: JOB_STATUS, change: RecordChange
    ) -> JobRecord:
        new = self._step(change(old, round(time.time(), 3)), status)
        written = await self._records.update(record_key(job_id), new.encode(), last=revision)
        if status is JOB_STATUS.RUNNING:
            self._held[job_id] = new, written
        logger.debug("Job %s: %s -> %s", job_id, old.status, status)
        return new

    async def _read(self, job_id: str) -> tuple[JobRecord | None, int | None]:
        try:
            entry = await self._records.get(record_key(job_id))
        except nats.js.errors.KeyNotFoundError:
            return None, None
        if not entry.value:
            return None, entry.revision
        try:
            return JobRecord.decode(entry.value), entry.revision
        except UnreadableRecordError as error:
            raise UnreadableRecordError(f"The record of job {job_id!r} cannot be read: {error}") from error

    def _blank(self, job: Job) -> JobRecord:
        return JobRecord(
            job_id=job.job_id,
            queue=job.queue,
            function=job.function,
            status=JOB_STATUS.QUEUED,
            enqueued_at=job.enqueued_at,
            depends_on=list(job.depends_on),
        )

    def _step(self, record: JobRecord, status: JOB_STATUS) -> JobRecord:
        step: HistoryStep = {"status": status, "at": round(time.time(), 3), "attempt": record.attempts}
        if self._worker_id:
            step["worker_id"] = self._worker_id
        if record.error:
            step["error"] = record.error
        return replace(record, status=status, history=[*record.history, step][-JOB_HISTORY_LIMIT:])
