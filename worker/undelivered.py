"""Burying the jobs that the server gave up on: delivered for the last time, and never answered.

They stay in the work queue for ever, delivered to nobody. The server tells of each just once, in an advisory
that it does not keep, which is why a stream of ours does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Annotated

import msgspec
from nats.js.errors import NotFoundError, ServerError

from worker.connection import is_outage
from worker.exceptions import BadJobError, IllegalTransitionError, describe_error
from worker.messages import Job
from worker.runner import stopping

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from worker.failures import FailedJobHandler
    from worker.jobs import JobStatusManager
    from worker.settings import Settings

logger = logging.getLogger(__name__)


class Advisory(msgspec.Struct):
    """What the server says of a message that it delivered for the last time."""

    stream_seq: Annotated[int, msgspec.Meta(ge=1)]
    deliveries: int = 0


_ADVISORIES = msgspec.json.Decoder(Advisory)

REASON_UNDELIVERABLE = "deliveries exhausted"


async def bury_undelivered(
    js: JetStreamContext, settings: Settings, jobs: JobStatusManager, failures: FailedJobHandler
) -> int:
    """Move all of them to the dead-letter stream; how many there were. Any worker may do it, at any time."""
    buried = 0
    while True:
        try:
            advisory = await js.get_msg(
                settings.advisories_stream, seq=1, next=True, subject=settings.advisory_subject()
            )
        except NotFoundError:
            return buried
        # Whatever it says, it is taken away: what cannot be handled must not stand before all others.
        try:
            said = _ADVISORIES.decode(advisory.data or b"")
            buried += await _bury(js, settings, jobs, failures, said.stream_seq, said.deliveries)
        except Exception as error:
            if is_outage(error):
                raise
            logger.error("Advisory %s is set aside: %s", advisory.seq, describe_error(error), exc_info=error)
        await _delete(js, settings.advisories_stream, advisory.seq)


async def bury_undelivered_forever(
    js: JetStreamContext, settings: Settings, jobs: JobStatusManager, failures: FailedJobHandler
) -> None:
    """Look now and then."""
    while not stopping():
        try:
            await bury_undelivered(js, settings, jobs, failures)
        except Exception as error:  # whatever it is, running jobs is more important
            logger.warning("Looking for undelivered jobs failed: %s", describe_error(error))
        if not stopping():
            await asyncio.sleep(settings.rescue_interval)


async def _bury(
    js: JetStreamContext,
    settings: Settings,
    jobs: JobStatusManager,
    failures: FailedJobHandler,
    sequence: int,
    deliveries: int,
) -> bool:
    try:
        message = await js.get_msg(settings.jobs_stream, seq=sequence)
    except NotFoundError:
        return False
    queue, data = (message.subject or "").rpartition(".")[2], message.data or b""
    text = f"delivered {deliveries} times and never answered"
    try:
        job = Job.decode(data)
    except BadJobError:
        job = None
    message_id = job.message_id if job else f"unreadable-{sequence}"
    await failures.publish_dead(queue, message_id, REASON_UNDELIVERABLE, text, deliveries, data)
    if job:
        with contextlib.suppress(IllegalTransitionError):  # it had completed, only its answer was lost
            await jobs.failed(job, f"{REASON_UNDELIVERABLE}: {text}")
    await _delete(js, settings.jobs_stream, sequence)
    logger.error("Message %d of queue %s is dead: %s", sequence, queue, text)
    return True


async def _delete(js: JetStreamContext, stream: str, sequence: int | None) -> None:
    # Another worker may have been quicker.
    with contextlib.suppress(NotFoundError, ServerError):
        await js.delete_msg(stream, sequence or 0)
