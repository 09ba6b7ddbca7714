"""What becomes of one message: it is read, run, recorded and answered.

Whatever lies in a queue, it is answered in the end: run, retried, or put into the dead-letter stream with the
reason. Only an outage leaves a message unanswered, and then the server delivers it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import nats.errors

from worker.connection import TRANSIENT_ERRORS, insist, is_outage
from worker.exceptions import (
    BadJobError,
    IllegalTransitionError,
    JobCancelledError,
    UnreadableRecordError,
    describe_error,
)
from worker.failures import REASON_EXHAUSTED, FailedJobHandler
from worker.jobs import JobStatusManager
from worker.messages import REVISION_HEADER, Job, JobRecord
from worker.progress import Progress
from worker.runner import NOTHING, CurrentJob, JobRunner, Outcome
from worker.scheduling import occurrence
from worker.states import ActiveJob

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from worker.health import Metrics
    from worker.registry import Registry
    from worker.settings import Settings

logger = logging.getLogger("worker.worker")

REASON_DEPENDENCY = "dependency failed"
REASON_RECORD = "unreadable record"
# A message that could not be settled this often, for a reason that nobody has thought of, is dead.
UNSETTLED_DELIVERIES = 5

T = TypeVar("T")


@dataclass
class Work:
    """What a worker has in hand, and has done."""

    active: dict[str, ActiveJob]
    done: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Delivery:
    """A job as it was delivered, and how often it may be tried."""

    queue: str
    job: Job
    message: Msg
    limit: int

    @property
    def number(self) -> int:
        return self.message.metadata.num_delivered or 1

    @property
    def sequence(self) -> int:
        return self.message.metadata.sequence.stream


Start: TypeAlias = Callable[[], Awaitable[JobRecord | None]]


class JobProcessor:
    """Settles messages, one call of `process` for each."""

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        work: Work,
        jobs: JobStatusManager,
        failures: FailedJobHandler,
        runner: JobRunner,
        changed: Callable[[], None],
        context: Mapping[str, Any] = NOTHING,
        metrics: Metrics | None = None,
    ) -> None:
        self._registry = registry
        self._settings = settings
        self._work = work
        self._jobs = jobs
        self._failures = failures
        self._runner = runner
        self._changed = changed
        self._context = context
        self._metrics = metrics
        # Of the messages whose jobs are in hand.
        self._sequences: dict[str, int] = {}

    async def process(self, queue: str, message: Msg) -> None:
        """Settle a message; raises nothing but the cancellation of its caller."""
        try:
            await self._process(queue, message)
        except Exception as error:
            await self._unsettled(queue, message, error)

    async def _unsettled(self, queue: str, message: Msg, error: Exception) -> None:
        text = describe_error(error)
        if is_outage(error):
            logger.warning("A job could not be settled, and will be delivered again: %s", text)
            return
        logger.error("A job could not be settled: %s", text, exc_info=error)
        deliveries = message.metadata.num_delivered or 1
        with contextlib.suppress(nats.errors.Error, OSError):
            if deliveries < UNSETTLED_DELIVERIES:
                await message.nak(delay=self._settings.backoff_base * deliveries)
                return
            self._work.failed += 1
            await self._failures.reject(queue, message, BadJobError(f"could not be settled: {text}"))

    async def _process(self, queue: str, message: Msg) -> None:
        try:
            job = Job.decode(message.data)
        except BadJobError as error:
            failure = error
            await self._settle(lambda: self._failures.reject(queue, message, failure))
            self._work.failed += 1
            return
        if job.schedule is not None:
            job = occurrence(job, message.metadata.sequence.stream, time.time())
        if job.job_id in self._work.active:
            await self._in_hand(job, message)
            return
        limit = job.max_attempts or self._registry.max_attempts(job.function, self._settings.max_attempts)
        try:
            await self._take(Delivery(queue, job, message, limit))
        except UnreadableRecordError as error:
            await self._bury(job, message, REASON_RECORD, str(error), 0)
        except IllegalTransitionError as error:
            # Another worker was quicker, or an operator: what is recorded stays, and nobody need do it again.
            logger.warning("%s", error)
            await self._answer(message)

    async def _in_hand(self, job: Job, message: Msg) -> None:
        """This worker runs the job that is delivered: signs of life got lost, or it is a second message."""
        first = self._sequences[job.job_id]
        second = message.metadata.sequence.stream != first
        if second and await self._settle(lambda: self._jobs.message_is_there(first)):
            logger.info("Job %s is run by another message", job.job_id)
            await self._answer(message)
        else:
            await message.nak(delay=self._settings.ack_wait)

    async def _take(self, delivery: Delivery) -> None:
        """Run the job if it is due; else its message is answered here."""
        start = self._first_start(delivery)
        if start is None:
            record = await self._settle(lambda: self._jobs.find(delivery.job.job_id))
            if not await self._may_run(delivery, record):
                return
            start = self._later_start(delivery, record)
        await self._run(delivery, start)

    def _first_start(self, delivery: Delivery) -> Start | None:
        """What is delivered for the first time, and tells of its record, need not be looked up."""
        headers = delivery.message.headers
        text = headers.get(REVISION_HEADER, "") if headers else ""
        if delivery.number > 1 or delivery.job.depends_on or not (text.isascii() and text.isdecimal()):
            return None
        revision = int(text[:20])
        return lambda: self._jobs.started(delivery.job, delivery.sequence, revision)

    def _later_start(self, delivery: Delivery, record: JobRecord | None) -> Start:
        other = record.sequence if record else None
        return lambda: self._jobs.running(delivery.job, delivery.number, delivery.sequence, instead_of=other)

    async def _may_run(self, delivery: Delivery, record: JobRecord | None) -> bool:
        job, message = delivery.job, delivery.message
        attempts = record.attempts if record else 0
        if record is not None and record.status.ended:
            logger.info("Job %s is %s already", job.job_id, record.status)
            if record.dependents:
                await self._settle(lambda: self._jobs.ended_before(record))
            await self._answer(message)
            return False
        if record is not None and await self._is_second(delivery, record):
            logger.info("Job %s is run by another message", job.job_id)
            await self._answer(message)
            return False
        if record is not None and record.cancel:
            await self._cancelled(delivery)
            return False
        if attempts >= delivery.limit:  # the last one took its worker with it
            await self._bury(job, message, REASON_EXHAUSTED, "lost with its worker", attempts)
            return False
        dependencies = await self._settle(lambda: self._jobs.dependencies(job))
        if dependencies.failed:
            await self._bury(job, message, REASON_DEPENDENCY, ", ".join(dependencies.failed), attempts)
        elif dependencies.waiting:
            logger.info("Job %s waits for %s", job.job_id, ", ".join(dependencies.waiting))
            await self._settle(lambda: self._jobs.wait_for(job, dependencies.waiting))
            await self._answer(message)
        return not dependencies.failed and not dependencies.waiting

    async def _is_second(self, delivery: Delivery, record: JobRecord) -> bool:
        """Whether another message runs this job, and is still there to do so if its worker is lost."""
        if record.sequence in (None, delivery.sequence):
            return False
        return await self._settle(lambda: self._jobs.message_is_there(record.sequence or 0))

    async def _answer(self, message: Msg) -> None:
        """Tell the server that the message is settled: once, for what counts is recorded.

        A server that was killed may have forgotten this delivery, and then never replies. The message is
        delivered again, and found to be settled.
        """
        try:
            await message.ack_sync(timeout=self._settings.request_timeout)
        except TRANSIENT_ERRORS as error:
            logger.warning("A settled message will be delivered once more: %s", describe_error(error))

    async def _bury(self, job: Job, message: Msg, reason: str, error: str, attempts: int) -> None:
        await self._settle(lambda: self._failures.bury(job, message, reason, error, attempts))
        self._work.failed += 1

    async def _run(self, delivery: Delivery, start: Start) -> None:
        job, message = delivery.job, delivery.message
        self._sequences[job.job_id] = delivery.sequence
        self._work.active[job.job_id] = ActiveJob(job.job_id, delivery.queue, round(time.time(), 3), delivery.number)
        self._changed()
        progress = Progress(message, self._settings.progress_interval)
        try:
            record = await self._settle(start)
            if record is None:  # it is not as the client had left it
                record = await self._settle(lambda: self._jobs.find(job.job_id))
                if not await self._may_run(delivery, record):
                    return
                record = await self._settle(self._later_start(delivery, record))
            await self._attempt(delivery, record.attempts if record else 1)
        except asyncio.CancelledError:
            await self._give_back(job, message)
            raise
        finally:
            progress.stop()
            del self._work.active[job.job_id], self._sequences[job.job_id]
            self._jobs.forget(job.job_id)
            self._changed()

    async def _attempt(self, delivery: Delivery, attempt: int) -> None:
        job, message, limit = delivery.job, delivery.message, delivery.limit
        logger.info("Job %s runs %s, attempt %d of %d", job.job_id, job.function, attempt, limit)
        began = asyncio.get_running_loop().time()
        outcome = await self._call(job, attempt, limit)
        duration = asyncio.get_running_loop().time() - began
        error = outcome.error
        if self._metrics is not None:
            function = job.function if job.function in self._registry else "unknown"
            self._metrics.ended(delivery.queue, function, "failed" if error else "completed", duration)
        if isinstance(error, JobCancelledError):
            await self._cancelled(delivery)
        elif error is not None:
            self._work.failed += await self._settle(lambda: self._failures.handle(job, message, error, attempt, limit))
        else:
            await self._settle(lambda: self._jobs.completed_with(job, outcome.value))
            await self._answer(message)
            self._work.done += 1
            logger.info("Job %s completed in %.3f s", job.job_id, duration)

    async def _cancelled(self, delivery: Delivery) -> None:
        await self._settle(lambda: self._jobs.cancelled(delivery.job.job_id))
        await self._answer(delivery.message)
        logger.info("Job %s was cancelled", delivery.job.job_id)

    async def _call(self, job: Job, attempt: int, limit: int) -> Outcome:
        """What came of it: the bytes to store, or an error."""
        try:
            function = self._registry.find(job.function)
            current = CurrentJob(job.job_id, job.queue, attempt, limit, self._context)
            outcome = await self._runner.call(function, job, current)
            if isinstance(outcome.error, TypeError):
                function.check_arguments(job)
            return outcome if outcome.error is not None else Outcome(self._jobs.encode_result(outcome.value))
        except Exception as error:
            return Outcome(error=error)

    async def _give_back(self, job: Job, message: Msg) -> None:
        """Let another worker have the job now, and not only after ack_wait."""
        with contextlib.suppress(nats.errors.Error, OSError, IllegalTransitionError):
            await self._jobs.retried(job, "interrupted: its worker was stopped", 0, counts=False)
        with contextlib.suppress(nats.errors.Error, OSError):
            await message.nak()

    def _settle(self, call: Callable[[], Awaitable[T]]) -> Awaitable[T]:
        """Insist on what has to reach the server: a short outage should make no job run twice."""
        return insist(call, self._settings.record_pauses)
