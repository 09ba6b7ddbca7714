"""The worker: takes jobs from NATS JetStream, runs them, and says how it and they are doing.

One process runs one `Worker`. It owns three helpers:

* `WorkerStatusManager` keeps the worker's record in the bucket of workers, for others to see who is there;
* `JobStatusManager` keeps a record of each job, and its result;
* `FailedJobHandler` decides what becomes of a job that failed: another try, or the dead-letter stream.

Delivery is at least once. JetStream does not fence deliveries: a worker that was cut off may run a job that
somebody else runs by now, so jobs with effects elsewhere need a key that makes them idempotent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import nats.errors

from worker.connection import connect, insist
from worker.exceptions import (
    BadJobError,
    IllegalTransitionError,
    WorkerIdTakenError,
    describe_error,
)
from worker.failures import (  # noqa: F401  (found here before)
    REASON_EXHAUSTED,
    REASON_PERMANENT,
    REASON_UNREADABLE,
    FailedJobHandler,
    Jitter,
    JobRecorder,
    backoff_delay,
)
from worker.fetching import fetch_loop
from worker.jobs import (  # noqa: F401  (found here before)
    JOB_HISTORY_LIMIT,
    JOB_STATUS_TRANSITIONS,
    JOB_WRITE_ATTEMPTS,
    Dependencies,
    JobStatusManager,
    RecordChange,
)
from worker.messages import JOB_STATUS, Job
from worker.runner import CurrentJob, JobRunner
from worker.settings import DEFAULT_QUEUE, DEFAULT_URL, Settings, check_name
from worker.status import (  # noqa: F401  (found here before)
    ACTIVE_JOBS_LISTED,
    LATE_AFTER_BEATS,
    STATUS_RECORD_VERSION,
    WORKER_HEALTH,
    WORKER_STATUS,
    WORKER_STATUS_TRANSITIONS,
    ActiveJob,
    InstanceFactory,
    LostCallback,
    WorkerInfo,
    WorkerStatusManager,
    WorkerView,
    new_instance,
    parse_server_time,
    worker_key,
)
from worker.storage import (
    ensure_consumer,
    ensure_jobs_stream,
)
from worker.undelivered import REASON_UNDELIVERABLE, bury_undelivered_forever

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg

    from worker.registry import Registry

logger = logging.getLogger(__name__)

REASON_DEPENDENCY = "dependency failed"

T = TypeVar("T")


def default_worker_id(host: str, pid: int) -> str:
    """An id that says where to look, and that no other process has."""
    return f"{host}-{pid}-{uuid.uuid4().hex[:6]}"


class Worker:
    """Takes jobs from its queues and runs them, some at a time, until it is told to stop.

    Whatever would differ from run to run (ids, host, jitter) can be given, so that a run can be repeated.
    """

    def __init__(
        self,
        registry: Registry,
        queues: Sequence[str] = (DEFAULT_QUEUE,),
        *,
        url: str = DEFAULT_URL,
        settings: Settings | None = None,
        concurrency: int = 4,
        worker_id: str | None = None,
        host: str | None = None,
        pid: int | None = None,
        new_instance: InstanceFactory = new_instance,
        jitter: Jitter = random.random,
    ) -> None:
        if not queues:
            raise ValueError("a worker needs at least one queue")
        if concurrency < 1:
            raise ValueError("concurrency must be at least 1")
        host = host or socket.gethostname()
        pid = pid if pid is not None else os.getpid()
        self.registry = registry
        self.queues: Sequence[str] = tuple(check_name(queue) for queue in dict.fromkeys(queues))
        self.url = url
        self.settings = settings or Settings()
        self.concurrency = concurrency
        self.worker_id = worker_id or default_worker_id(host, pid)
        self.active_jobs: dict[str, ActiveJob] = {}
        self.jobs_done = self.jobs_failed = 0
        self.error: BaseException | None = None
        self.status = WorkerStatusManager(
            self, self.settings, host=host, pid=pid, new_instance=new_instance, on_lost=self._lost
        )

        # These are there from start() on.
        self.nc: NATS
        self.jobs: JobStatusManager
        self.failures: FailedJobHandler

        self._jitter = jitter
        self._loops: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner = JobRunner(concurrency)
        self._room = asyncio.Event()
        self._stop_requested = asyncio.Event()
        self._stop_at_once = asyncio.Event()

    @property
    def threads_left(self) -> int:
        """How many jobs still run in threads, after a stop that did not wait for them."""
        return self._runner.in_threads

    async def run(self) -> None:
        """Work until a signal or request_stop(). The first signal lets jobs finish, the second does not."""
        loop = asyncio.get_running_loop()
        stop_signals = (signal.SIGTERM, signal.SIGINT)
        for number in stop_signals:
            loop.add_signal_handler(number, self.request_stop)
        try:
            await self.start()
            await self._stop_requested.wait()
            await self.stop()
        finally:
            for number in stop_signals:
                loop.remove_signal_handler(number)
        if self.error is not None:
            raise self.error

    async def start(self) -> None:
        """Connect, register, and take jobs from now on."""
        self.nc = await connect(
            self.url,
            self.settings.connect_timeout,
            name=self.worker_id,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
        )
        js = self.nc.jetstream(timeout=self.settings.request_timeout)
        self.jobs = JobStatusManager(js, self.settings, worker_id=self.worker_id)
        self.failures = FailedJobHandler(js, self.jobs, self.settings, jitter=self._jitter)
        try:
            await ensure_jobs_stream(js, self.settings)
            await self.jobs.open()
            await self.failures.open()
            await self.status.start_heartbeat()
            for queue in self.queues:
                await ensure_consumer(js, self.settings, queue)
            await self.status.update_status(WORKER_STATUS.IDLE)
        except BaseException:
            await self._leave()
            raise
        self._room.set()
        loops = [fetch_loop(self.nc, self.settings, queue, self._room, self._accept) for queue in self.queues]
        loops.append(bury_undelivered_forever(js, self.settings, self.jobs, self.failures))
        self._loops = [asyncio.create_task(loop) for loop in loops]
        for task in self._loops:
            task.add_done_callback(self._loop_ended)
        queues = ", ".join(self.queues)
        logger.info("Worker %s takes jobs from %s, %d at a time", self.worker_id, queues, self.concurrency)

    def request_stop(self) -> None:
        """Stop after the jobs in hand; the second time, without them."""
        if self._stop_requested.is_set():
            logger.warning("Worker %s stops at once and gives %d jobs back", self.worker_id, len(self._tasks))
            self._stop_at_once.set()
            return
        logger.info("Worker %s stops; waiting for %d jobs", self.worker_id, len(self.active_jobs))
        self._stop_requested.set()

    async def stop(self) -> None:
        """Take no more jobs, finish those in hand, say goodbye. Beats go on until the last job is done."""
        self._stop_requested.set()
        status = self.status.status
        if status is not None and WORKER_STATUS.STOPPING in WORKER_STATUS_TRANSITIONS[status]:
            with contextlib.suppress(WorkerIdTakenError):  # why it stops, maybe
                await self.status.update_status(WORKER_STATUS.STOPPING)
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()
        await self._drain_jobs()
        await self._leave()

    async def _drain_jobs(self) -> None:
        if self._tasks:
            at_once = asyncio.create_task(self._stop_at_once.wait())
            all_done = asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.wait(
                {at_once, all_done}, timeout=self.settings.drain_timeout, return_when=asyncio.FIRST_COMPLETED
            )
            at_once.cancel()
            if not all_done.done() and not self._stop_at_once.is_set():
                logger.warning("Worker %s has waited long and gives its jobs back", self.worker_id)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._runner.close()

    async def _leave(self) -> None:
        self._stop_requested.set()
        await self.status.unregister()
        if self.nc.is_connected:
            with contextlib.suppress(nats.errors.Error, OSError):
                await self.nc.flush()  # answers to the server may still be on their way
        await self.nc.close()

    def _lost(self, error: BaseException) -> None:
        self.error = error
        self._stop_requested.set()

    async def _on_disconnected(self) -> None:
        if not self._stop_requested.is_set():
            logger.warning("Worker %s lost its connection to %s", self.worker_id, self.url)

    async def _on_reconnected(self) -> None:
        logger.info("Worker %s is connected again", self.worker_id)
        self.status.connection_restored()

    async def _accept(self, queue: str, message: Msg) -> None:
        if len(self._tasks) >= self.concurrency:
            await message.nak()  # another queue was quicker to take the last slot
            return
        task = asyncio.create_task(self._process(queue, message))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        if len(self._tasks) >= self.concurrency:
            self._room.clear()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The message was not answered, so it will be delivered again.
            logger.error("A job could not be settled: %s", describe_error(error), exc_info=error)

    def _loop_ended(self, task: asyncio.Task[None]) -> None:
        # None of them ends by itself; a worker that takes no jobs any more should not look as if it did.
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("Worker %s stops: %s", self.worker_id, describe_error(error), exc_info=error)
            self._lost(error)

    async def _process(self, queue: str, message: Msg) -> None:
        try:
            job = Job.decode(message.data)
        except BadJobError as error:
            failure = error
            await self._settle(lambda: self.failures.reject(queue, message, failure))
            self.jobs_failed += 1
            return
        settings = self.settings
        if job.job_id in self.active_jobs:
            await message.nak(delay=settings.ack_wait)  # signs of life got lost: here it is again
            return
        max_attempts = job.max_attempts or self.registry.max_attempts(job.function, settings.max_attempts)
        if not await self._may_run(job, message, max_attempts):
            return
        delivery = message.metadata.num_delivered or 1
        self.active_jobs[job.job_id] = ActiveJob(job.job_id, queue, round(time.time(), 3), delivery)
        progress = asyncio.create_task(self._show_progress(message))
        try:
            await self.status.jobs_changed()
            await self._run(job, message, delivery, max_attempts)
        except asyncio.CancelledError:
            await self._give_back(job, message)
            raise
        finally:
            progress.cancel()
            del self.active_jobs[job.job_id]
            await self.status.jobs_changed()

    async def _may_run(self, job: Job, message: Msg, max_attempts: int) -> bool:
        """Whether the job is due; if not, the message is answered here."""
        record = await self._settle(lambda: self.jobs.find(job.job_id))
        attempts = record.attempts if record else 0
        if record is not None and record.status in (JOB_STATUS.COMPLETED, JOB_STATUS.FAILED):
            logger.info("Job %s is %s already", job.job_id, record.status)
            await message.ack_sync(timeout=self.settings.request_timeout)
            return False
        if attempts >= max_attempts:  # the last one took its worker with it
            await self._bury(job, message, REASON_EXHAUSTED, "lost with its worker", attempts)
            return False
        dependencies = await self._settle(lambda: self.jobs.dependencies(job))
        if dependencies.failed:
            await self._bury(job, message, REASON_DEPENDENCY, ", ".join(dependencies.failed), attempts)
        elif dependencies.waiting and (message.metadata.num_delivered or 1) >= self.settings.max_deliver:
            await self._bury(job, message, REASON_UNDELIVERABLE, "dependencies never completed", attempts)
        elif dependencies.waiting:
            logger.debug("Job %s waits for %s", job.job_id, ", ".join(dependencies.waiting))
            await message.nak(delay=self.settings.dependency_delay)
        return not dependencies.failed and not dependencies.waiting

    async def _bury(self, job: Job, message: Msg, reason: str, error: str, attempts: int) -> None:
        await self._settle(lambda: self.failures.bury(job, message, reason, error, attempts))
        self.jobs_failed += 1

    async def _run(self, job: Job, message: Msg, delivery: int, max_attempts: int) -> None:
        record = await self._settle(lambda: self.jobs.running(job, delivery))
        attempt = record.attempts
        logger.info("Job %s runs %s, attempt %d of %d", job.job_id, job.function, attempt, max_attempts)
        began = asyncio.get_running_loop().time()
        try:
            function = self.registry.find(job.function)
            current = CurrentJob(job.job_id, job.queue, attempt, max_attempts)
            result = await self._runner.call(function, job, current)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and self._stop_requested.is_set():
                raise
            failure = error
            self.jobs_failed += await self._settle(
                lambda: self.failures.handle(job, message, failure, attempt, max_attempts)
            )
            return
        await self._settle(lambda: self.jobs.completed(job, result))
        await self._settle(lambda: message.ack_sync(timeout=self.settings.request_timeout))
        self.jobs_done += 1
        duration = asyncio.get_running_loop().time() - began
        logger.info("Job %s completed in %.3f s", job.job_id, duration)

    async def _give_back(self, job: Job, message: Msg) -> None:
        """Let another worker have the job now, and not only after ack_wait."""
        with contextlib.suppress(nats.errors.Error, OSError, IllegalTransitionError):
            await self.jobs.retried(job, "interrupted: its worker was stopped", 0, counts=False)
        with contextlib.suppress(nats.errors.Error, OSError):
            await message.nak()

    async def _show_progress(self, message: Msg) -> None:
        while True:
            await asyncio.sleep(self.settings.progress_interval)
            try:
                await message.in_progress()
            except (nats.errors.Error, OSError) as error:
                logger.warning("A sign of life could not be sent: %s", describe_error(error))

    async def _settle(self, call: Callable[[], Awaitable[T]]) -> T:
        """Insist on what has to reach the server: a short outage should make no job run twice."""
        return await insist(call, self.settings.record_pauses)
