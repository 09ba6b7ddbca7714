"""Hearing of it when a job ends.

A record is written by publishing it, so whoever listens on its subject hears of it at once, and the server keeps
nothing for him: a thousand waiters are a thousand subscriptions, where the watcher of a bucket is a consumer that
lingers, and that is deaf for up to 20 s after a restart. What is heard is only a hint, for the write may have been
refused; and what is not heard is asked for now and then, patiently, for a leader may be lost meanwhile. While
somebody listens, a write without a leader times out instead of failing at once; the worker insists either way.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from worker.connection import outlast
from worker.exceptions import UnreadableRecordError
from worker.messages import JobRecord
from worker.names import record_key

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg

    from worker.jobs import JobStatusManager
    from worker.settings import Settings

# A write is passed on to listeners before it can be read: who has heard of it, or listens since it was passed on, looks
# again after so many seconds each.
SOON = (0.02, 0.1)


async def until_ended(nc: NATS, settings: Settings, jobs: JobStatusManager, job_id: str, poll: float) -> JobRecord:
    """The record of a job once it has ended; raises JobNotFoundError if there is none."""
    heard = asyncio.Event()

    async def hear(message: Msg) -> None:
        with contextlib.suppress(UnreadableRecordError):
            if JobRecord.decode(message.data).status.ended:
                heard.set()

    listening = await nc.subscribe(f"$KV.{settings.jobs_bucket}.{record_key(job_id)}", cb=hear)
    try:
        # The server handles what a connection sends in order: whatever is written after a read is heard. It may be
        # heard during the read, too, so the event is cleared before it, never after.
        looks = [*SOON[1:]]
        while True:
            heard.clear()
            record = await outlast(
                lambda: jobs.get(job_id), settings.start_pauses, f"job {job_id!r} cannot be looked up"
            )
            if record.status.ended:
                return record
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), min(poll, looks.pop(0) if looks else poll))
                looks = [*SOON]
    finally:
        with contextlib.suppress(Exception):
            await listening.unsubscribe()
