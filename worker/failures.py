from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from worker.exceptions import PermanentJobError, UnknownFunctionError, describe_error
from worker.messages import Job
from worker.settings import Settings
from worker.storage import ensure_dead_streams, largest_payload

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

logger = logging.getLogger("worker.worker")

REASON_EXHAUSTED = "attempts exhausted"
REASON_PERMANENT = "permanent failure"
REASON_UNREADABLE = "unreadable message"

# Of the room for headers, in bytes.
ERROR_HEADER_LIMIT = 2048

Jitter: TypeAlias = Callable[[], float]


def backoff_delay(attempt: int, base: float, limit: float, jitter: float) -> float:
    """How long a job waits after its nth attempt: twice as long each time, and a little more."""
    return round(min(limit, base * 2 ** (attempt - 1)) * (1 + jitter), 3)


def header_text(text: str) -> str:
    """A text as a header can hold it: one line of ASCII."""
    text = text.encode("ascii", "backslashreplace").decode()
    return text[:ERROR_HEADER_LIMIT].replace("\r", " ").replace("\n", " ")


class JobRecorder(Protocol):
    """What the handler of failed jobs needs of whoever keeps the records."""

    async def retried(self, job: Job, error: str, delay: float) -> Any: ...
    async def failed(self, job: Job, error: str) -> Any: ...


class FailedJobHandler:
    """Decides what becomes of a job that failed, and keeps those that nobody will try again.

    The order is always: dead-letter stream, record, answer to the server. Whatever breaks in between leaves a
    message that is delivered again, and the dead-letter stream takes each job only once.
    """

    def __init__(
        self,
        js: JetStreamContext,
        jobs: JobRecorder,
        settings: Settings | None = None,
        *,
        jitter: Jitter = random.random,
    ) -> None:
        self._js = js
        self._jobs = jobs
        self._settings = settings or Settings()
        self._jitter = jitter

    async def open(self) -> None:
        """Make the streams, or find them."""
        await ensure_dead_streams(self._js, self._settings)

    async def handle(self, job: Job, message: Msg, error: BaseException, attempt: int, max_attempts: int) -> bool:
        """Another try, or the dead-letter stream. True if the job is dead."""
        text = describe_error(error)
        permanent = isinstance(error, (PermanentJobError, UnknownFunctionError))
        if permanent or attempt >= max_attempts:
            await self.bury(job, message, REASON_PERMANENT if permanent else REASON_EXHAUSTED, text, attempt)
            return True
        settings = self._settings
        jitter = self._jitter() * settings.backoff_jitter
        delay = backoff_delay(attempt, settings.backoff_base, settings.backoff_max, jitter)
        await self._jobs.retried(job, text, delay)
        await message.nak(delay=delay)
        logger.warning(
            "Job %s failed in attempt %d of %d, next try in %.1f s: %s",
            *(job.job_id, attempt, max_attempts, delay, text),
        )
        return False

    async def bury(self, job: Job, message: Msg, reason: str, error: str, attempts: int) -> None:
        """Put a job into the dead-letter stream and take it out of its queue."""
        await self.publish_dead(job.queue, job.message_id, reason, error, attempts, job.encode())
        await self._jobs.failed(job, f"{reason}: {error}" if error else reason)
        await message.ack_sync(timeout=self._settings.request_timeout)
        logger.error("Job %s is dead after %d attempts, %s: %s", job.job_id, attempts, reason, error)

    async def reject(self, queue: str, message: Msg, error: Exception) -> None:
        """Put what is no job into the dead-letter stream as it came."""
        sequence = message.metadata.sequence.stream
        message_id = f"unreadable-{sequence}"
        await self.publish_dead(queue, message_id, REASON_UNREADABLE, str(error), 0, message.data)
        await message.ack_sync(timeout=self._settings.request_timeout)
        logger.error("Message %d of queue %s is dead: %s", sequence, queue, error)

    async def publish_dead(
        self, queue: str, message_id: str, reason: str, error: str, attempts: int, payload: bytes
    ) -> None:
        """Add to the dead-letter stream; a second message of the same id is none."""
        headers = {
            "Nats-Msg-Id": message_id,
            "Job-Reason": reason,
            "Job-Error": header_text(error),
            "Job-Attempts": str(attempts),
            "Job-Died-At": f"{time.time():.3f}",
        }
        limit = largest_payload(self._js)
        if len(payload) > limit:  # it came with fewer headers than it gets here
            headers["Job-Truncated"] = str(len(payload))
            payload = payload[:limit]
        await self._js.publish(self._settings.dead_subject(queue), payload, headers=headers)
