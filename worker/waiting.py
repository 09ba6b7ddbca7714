"""Jobs that wait for others to complete: kept in a bucket, and published again when the last of those has ended.

The record of a job names those that wait for it, so ending one costs nothing where nobody waits. Both sides write
against the revision they read: either the job that ends sees who waits, or the one that waits sees it ended.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import nats.js.errors

from worker.messages import DECODE_ERRORS, JOB_STATUS, JOB_VERSION, Job, JobRecord, encode
from worker.names import record_key
from worker.storage import open_waiting_bucket

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

    from worker.settings import Settings

logger = logging.getLogger("worker.worker")


@dataclass(frozen=True)
class WaitingJob:
    """The value in the bucket: a job, and the ids of those that have not ended."""

    job: Job
    waiting: list[str]

    def encode(self) -> bytes:
        return encode({"v": JOB_VERSION, "job": self.job.fields(), "waiting": self.waiting})


_WAITING = msgspec.json.Decoder(WaitingJob)


class WaitingJobs:
    """The bucket of waiting jobs; made when the first job has to wait."""

    def __init__(self, js: JetStreamContext, settings: Settings) -> None:
        self._js = js
        self._settings = settings
        self._kv: KeyValue | None = None

    async def keep(self, job: Job, waiting: list[str]) -> None:
        """Keep a job out of its queue until those it waits for have ended."""
        await (await self._bucket()).put(record_key(job.job_id), WaitingJob(job, waiting).encode())

    async def release(self, ended: JobRecord) -> None:
        """Publish the jobs that waited for this one alone; and, where it failed, all that waited for it."""
        for job_id in ended.dependents:
            await self._one_less(job_id, ended)

    async def _one_less(self, job_id: str, ended: JobRecord) -> None:
        kv, key = await self._bucket(), record_key(job_id)
        while True:
            try:
                entry = await kv.get(key)
            except nats.js.errors.KeyNotFoundError:
                return  # published already
            try:
                kept = _WAITING.decode(entry.value or b"")
            except DECODE_ERRORS as error:
                logger.error("Job %s waits, and cannot be read: %s", job_id, error)
                return
            left = [other for other in kept.waiting if other != ended.job_id]
            try:
                if left and ended.status is JOB_STATUS.COMPLETED:
                    await kv.update(key, WaitingJob(kept.job, left).encode(), last=entry.revision)
                    return
                # The revision tells a job that waits for the second time from the same one published twice.
                headers = {"Nats-Msg-Id": f"{job_id}.after.{entry.revision}"}
                await self._js.publish(self._settings.job_subject(kept.job.queue), kept.job.encode(), headers=headers)
                await kv.delete(key, last=entry.revision)
                return
            except (nats.js.errors.KeyWrongLastSequenceError, nats.js.errors.BadRequestError):
                continue  # another one ended at the same time

    async def _bucket(self) -> KeyValue:
        if self._kv is None:
            self._kv = await open_waiting_bucket(self._js, self._settings)
        return self._kv
