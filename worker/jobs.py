from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import nats.js.errors

from worker.exceptions import (
    IllegalTransitionError,
    JobCancelledError,
    JobFailedError,
    JobNotFoundError,
    ResultExpiredError,
    ResultNotReadyError,
    UnreadableRecordError,
)
from worker.messages import JOB_STATUS, HistoryStep, Job, JobRecord, JsonDict, decode_result
from worker.names import record_key
from worker.records import (
    JOB_STATUS_TRANSITIONS,
    JOB_WRITE_ATTEMPTS,
    Dependencies,
    JobRecords,
    Queued,
    changes_too_fast,
    create,
)
from worker.results import encode_result
from worker.settings import Settings
from worker.storage import largest_payload, open_jobs_bucket, open_results_bucket
from worker.waiting import WaitingJobs

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

logger = logging.getLogger("worker.worker")

# How many steps of its way the record of a job remembers.
JOB_HISTORY_LIMIT = 50

# What is different in the next record, given the last one and the time.
RecordChange: TypeAlias = Callable[[JobRecord, float], JsonDict]


class JobStatusManager:
    """Keeps a record of each job and, for a while, its result.

    Records are read, changed and written back against the revision that was read, so that two workers which
    both believe to have a job cannot overwrite each other unseen.
    """

    def __init__(self, js: JetStreamContext, settings: Settings | None = None, *, worker_id: str | None = None) -> None:
        self._js = js
        self._settings = settings or Settings()
        self._worker_id = worker_id
        self._waiting = WaitingJobs(js, self._settings)
        # What was written last of jobs that run here, so that it need not be read again.
        self._held: dict[str, tuple[JobRecord, int]] = {}
        # These are there from open() on.
        self._records: JobRecords
        self._results: KeyValue

    async def open(self) -> None:
        """Make the two buckets, or find them; nothing else works before."""
        self._records = JobRecords(await open_jobs_bucket(self._js, self._settings))
        self._results = await open_results_bucket(self._js, self._settings)

    async def queued(self, job: Job, due: float | None = None) -> Queued | None:
        """Note a job that is about to be enqueued, or is due later. None if there was a record of it already."""
        record = self._step(JobRecord.of(job), JOB_STATUS.QUEUED).changed(next_attempt_at=due)
        if (revision := await self._records.create(record)) is not None:
            return Queued(revision, blank=True)
        found, revision = await self._records.read(job.job_id)
        if found is None or found.status is not JOB_STATUS.EXPECTED:
            return None
        revision = await self._records.update(record.changed(dependents=found.dependents), revision)
        return None if revision is None else Queued(revision, blank=False)

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
        old = JobRecord.of(job).changed(history=[queued])
        return await self._write(old, revision, JOB_STATUS.RUNNING, self._start(1, sequence, None))

    def forget(self, job_id: str) -> None:
        """This worker has nothing more to do with the job."""
        self._held.pop(job_id, None)

    def _start(self, delivery: int, sequence: int | None, instead_of: int | None) -> RecordChange:
        def change(record: JobRecord, now: float) -> JsonDict:
            if record.sequence not in (None, sequence, instead_of):
                raise IllegalTransitionError(f"Another message of job {record.job_id!r} runs it")
            again = (record.worker_id, record.delivery) == (self._worker_id, delivery)
            attempts = record.attempts if again else record.attempts + 1
            mine = {"worker_id": self._worker_id, "delivery": delivery, "sequence": sequence}
            return {"attempts": attempts, "started_at": now, "next_attempt_at": None, **mine}

        return change

    async def completed(self, job: Job, result: Any) -> JobRecord:
        """Store the result, then note that it is there: in this order nobody looks for a result in vain."""
        return await self.completed_with(job, self.encode_result(result))

    def encode_result(self, result: Any) -> bytes:
        """What is stored of a result; raises PermanentJobError if it cannot be."""
        return encode_result(result, largest_payload(self._js))

    async def completed_with(self, job: Job, payload: bytes) -> JobRecord:
        """As `completed`, with a result that `encode_result` has encoded."""
        ttl = job.result_ttl if job.result_ttl is not None else self._settings.result_ttl
        if await create(self._results, record_key(job.job_id), payload, max(1.0, ttl)) is None:
            logger.warning("Job %s has a result already; the first one stays", job.job_id)
        return await self._transition(
            job, JOB_STATUS.COMPLETED, lambda record, now: {"finished_at": now, "error": None}
        )

    async def retried(self, job: Job, error: str, delay: float, *, counts: bool = True) -> JobRecord:
        """Note that an attempt failed and that there will be another; some do not count."""

        def change(record: JobRecord, now: float) -> JsonDict:
            attempts = record.attempts if counts else record.attempts - 1
            return {"attempts": attempts, "error": error, "next_attempt_at": round(now + delay, 3)}

        return await self._transition(job, JOB_STATUS.RETRIED, change)

    async def failed(self, job: Job, error: str) -> JobRecord:
        """Note that nobody will try this job again; a record that cannot be read is written over."""

        def change(record: JobRecord, now: float) -> JsonDict:
            return {"error": error, "finished_at": now, "next_attempt_at": None}

        try:
            return await self._transition(job, JOB_STATUS.FAILED, change)
        except UnreadableRecordError:
            record = self._step(JobRecord.of(job), JOB_STATUS.QUEUED)
            record = self._step(record, JOB_STATUS.FAILED, change)
            await self._records.overwrite(record)
            return record

    async def cancelled(self, job_id: str) -> JobRecord:
        """Note that somebody cancelled the job."""

        def change(record: JobRecord, now: float) -> JsonDict:
            return {"error": "cancelled", "finished_at": now, "next_attempt_at": None, "cancel": False}

        return await self._transition(job_id, JOB_STATUS.CANCELLED, change)

    async def requeued(self, job: Job) -> JobRecord:
        """Note that a job that failed or was cancelled gets another life, with all of its attempts."""

        def change(record: JobRecord, now: float) -> JsonDict:
            gone = dict.fromkeys(("error", "finished_at", "sequence", "worker_id", "delivery"))
            return {"attempts": 0, **gone}

        return await self._transition(job, JOB_STATUS.QUEUED, change)

    async def cancel_wanted(self, job_id: str) -> JobRecord:
        """Note that somebody wants a running job cancelled; its worker may be the next one."""
        return await self._records.mark(job_id, lambda record: record.changed(cancel=True))

    async def wait_for(self, job: Job, others: list[str]) -> None:
        """Keep a job out of its queue until the others have ended; then it is published again."""
        await self._waiting.keep(job, others)
        for other in others:
            record = await self._records.mark(other, lambda record: record.with_dependent(job.job_id))
            if record.status.ended:  # just now
                await self._waiting.release(record.changed(dependents=[job.job_id]))

    async def ended_before(self, record: JobRecord) -> None:
        """A job is delivered that has ended: maybe its worker was lost before it told those that wait for it."""
        await self._waiting.release(record)

    async def message_is_there(self, sequence: int) -> bool:
        """Whether the stream of jobs still has this message."""
        try:
            await self._js.get_msg(self._settings.jobs_stream, seq=sequence)
        except nats.js.errors.NotFoundError:
            return False
        return True

    async def find(self, job_id: str) -> JobRecord | None:
        """The record of a job, or None."""
        record, _ = await self._records.read(job_id)
        return record

    async def get(self, job_id: str) -> JobRecord:
        """The record of a job; raises JobNotFoundError if there is none."""
        record = await self.find(job_id)
        if record is None:
            raise JobNotFoundError(f"There is no job {job_id!r}")
        if record.status is JOB_STATUS.EXPECTED:
            waiting = ", ".join(record.dependents)
            raise JobNotFoundError(f"There is no job {job_id!r} yet; waiting for it: {waiting}")
        return record

    async def result(self, job_id: str) -> Any:
        """What the job returned; raises what says why there is nothing."""
        return await self.result_of(await self.get(job_id))

    async def result_of(self, record: JobRecord) -> Any:
        """As `result`, of a job whose record was read already."""
        job_id = record.job_id
        if record.status is JOB_STATUS.FAILED:
            raise JobFailedError(f"Job {job_id!r} failed: {record.error}")
        if record.status is JOB_STATUS.CANCELLED:
            raise JobCancelledError(f"Job {job_id!r} was cancelled")
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
            if record is not None and record.status in (JOB_STATUS.FAILED, JOB_STATUS.CANCELLED):
                failed.append(job_id)
            elif record is None or record.status is not JOB_STATUS.COMPLETED:
                waiting.append(job_id)
        return Dependencies(waiting, failed)

    async def _transition(self, job: Job | str, status: JOB_STATUS, change: RecordChange) -> JobRecord:
        job_id = job if isinstance(job, str) else job.job_id
        known = self._held.pop(job_id, None)
        for _ in range(JOB_WRITE_ATTEMPTS):
            old, revision = known or await self._records.read(job_id)
            known = None
            if old is None or old.status is JOB_STATUS.EXPECTED:
                if isinstance(job, str):
                    raise JobNotFoundError(f"There is no job {job_id!r}")
                # Somebody published the job without a record, or the record has expired meanwhile.
                dependents = old.dependents if old else []
                old = self._step(JobRecord.of(job), JOB_STATUS.QUEUED).changed(dependents=dependents)
            if old.status is status and status is not JOB_STATUS.RUNNING:
                new = old  # a write that seemed to have failed had come through
            elif status not in JOB_STATUS_TRANSITIONS[old.status]:
                raise IllegalTransitionError(f"Job {job_id!r} is {old.status} and cannot become {status}")
            else:
                new = await self._write(old, revision, status, change)
            if new is None:
                continue
            if new.status.ended and new.dependents:
                await self._waiting.release(new)
            return new
        raise changes_too_fast(job_id)

    async def _write(
        self, old: JobRecord, revision: int | None, status: JOB_STATUS, change: RecordChange
    ) -> JobRecord | None:
        new = self._step(old, status, change)
        written = await self._records.update(new, revision)
        if written is None:
            return None
        if status is JOB_STATUS.RUNNING:
            self._held[old.job_id] = new, written
        logger.debug("Job %s: %s -> %s", old.job_id, old.status, status)
        return new

    def _step(self, record: JobRecord, status: JOB_STATUS, change: RecordChange | None = None) -> JobRecord:
        now = round(time.time(), 3)
        changed = change(record, now) if change else {}
        step: HistoryStep = {"status": status, "at": now, "attempt": changed.get("attempts", record.attempts)}
        if self._worker_id:
            step["worker_id"] = self._worker_id
        error = changed.get("error", record.error)
        if error and status is not JOB_STATUS.RUNNING:  # that is of the attempt before
            step["error"] = error
        history = [*record.history, step][-JOB_HISTORY_LIMIT:]
        return record.changed(status=status, history=history, **changed)
