"""The bucket of job records: read as a whole, written against the revision that was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import nats.js.errors

from worker.exceptions import BeingWrittenError, UnreadableRecordError, WorkerError
from worker.messages import JOB_STATUS, JobRecord
from worker.names import record_key

if TYPE_CHECKING:
    from nats.js.kv import KeyValue

# Between two writers of one record the one that comes second reads again and tries again, this often.
JOB_WRITE_ATTEMPTS = 5

# A job may go from RUNNING to RUNNING: its worker was lost, and another one has it now.
JOB_STATUS_TRANSITIONS: dict[JOB_STATUS, frozenset[JOB_STATUS]] = {
    JOB_STATUS.EXPECTED: frozenset({JOB_STATUS.QUEUED}),
    JOB_STATUS.QUEUED: frozenset({JOB_STATUS.RUNNING, JOB_STATUS.FAILED, JOB_STATUS.CANCELLED}),
    JOB_STATUS.RUNNING: frozenset(set(JOB_STATUS) - {JOB_STATUS.EXPECTED, JOB_STATUS.QUEUED}),
    JOB_STATUS.RETRIED: frozenset({JOB_STATUS.RUNNING, JOB_STATUS.FAILED, JOB_STATUS.CANCELLED}),
    JOB_STATUS.COMPLETED: frozenset(),
    JOB_STATUS.FAILED: frozenset({JOB_STATUS.QUEUED}),
    JOB_STATUS.CANCELLED: frozenset({JOB_STATUS.QUEUED}),
}


class Queued(NamedTuple):
    """The record of a job that was enqueued: its revision, and whether there is nothing in it but the job."""

    revision: int
    blank: bool


@dataclass(frozen=True)
class Dependencies:
    """How the jobs that a job depends on are doing."""

    waiting: list[str]
    failed: list[str]


async def create(kv: KeyValue, key: str, value: bytes, ttl: float | None = None) -> int | None:
    """The revision of a new entry; None if there is one already.

    An entry that a cluster has taken and not spread yet is refused as known, and then not found by the library.
    """
    try:
        return await kv.create(key, value, msg_ttl=ttl)
    except nats.js.errors.KeyWrongLastSequenceError:
        return None
    except nats.js.errors.KeyNotFoundError:
        raise BeingWrittenError(f"{key!r} is just being written") from None


class JobRecords:
    """The records of jobs, by their ids."""

    def __init__(self, kv: KeyValue) -> None:
        self.kv = kv

    async def read(self, job_id: str) -> tuple[JobRecord | None, int | None]:
        """A record and its revision; raises UnreadableRecordError for whatever else lies there."""
        try:
            entry = await self.kv.get(record_key(job_id))
        except nats.js.errors.KeyNotFoundError:
            return None, None
        if not entry.value:
            return None, entry.revision
        try:
            return JobRecord.decode(entry.value), entry.revision
        except UnreadableRecordError as error:
            raise UnreadableRecordError(f"The record of job {job_id!r} cannot be read: {error}") from error

    async def create(self, record: JobRecord) -> int | None:
        """The revision of the new record; None if there is one already."""
        return await create(self.kv, record_key(record.job_id), record.encode())

    async def update(self, record: JobRecord, last: int | None) -> int | None:
        """The new revision; None if the last one is not that which was expected."""
        try:
            return await self.kv.update(record_key(record.job_id), record.encode(), last=last)
        except nats.js.errors.KeyWrongLastSequenceError:
            return None

    async def overwrite(self, record: JobRecord) -> None:
        """Write over what cannot be read."""
        await self.kv.put(record_key(record.job_id), record.encode())

    async def mark(self, job_id: str, mark: Callable[[JobRecord], JobRecord]) -> JobRecord:
        """Change a record that has not ended, without a step in its history; it may be of a job to come."""
        for _ in range(JOB_WRITE_ATTEMPTS):
            record, revision = await self.read(job_id)
            if record is not None and record.status.ended:
                return record
            new = mark(record or JobRecord(job_id, "", "", JOB_STATUS.EXPECTED))
            if new == record or await self.update(new, revision) is not None:
                return new
        raise changes_too_fast(job_id)


def changes_too_fast(job_id: str) -> WorkerError:
    return WorkerError(f"The record of job {job_id!r} changes faster than it can be written")
