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
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from worker.access import Access, shown, split_urls
from worker.burst import stop_when_empty
from worker.claiming import claim_id
from worker.connection import close, connect, insist
from worker.exceptions import StuckThreadsError, WorkerError, WorkerIdTakenError, describe_error
from worker.failures import FailedJobHandler, Jitter
from worker.fetching import Fetcher
from worker.hands import Hands
from worker.jobs import JobStatusManager
from worker.names import check_queues
from worker.processing import JobProcessor, Work
from worker.runner import JobRunner
from worker.settings import DEFAULT_QUEUE, DEFAULT_URL, Settings
from worker.states import (
    WORKER_STATUS,
    WORKER_STATUS_TRANSITIONS,
    ActiveJob,
    InstanceFactory,
    default_worker_id,
    new_instance,
)
from worker.status import WorkerStatusManager
from worker.storage import ensure_consumer, ensure_jobs_stream
from worker.undelivered import bury_undelivered_forever

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from worker.health import Metrics
    from worker.registry import Registry

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Worker:
    """Takes jobs from its queues and runs them, some at a time, until it is told to stop.

    Whatever would differ from run to run (ids, host, jitter) can be given, so that a run can be repeated.
    """

    def __init__(
        self,
        registry: Registry,
        queues: Sequence[str] = (DEFAULT_QUEUE,),
        *,
        url: str | Sequence[str] = DEFAULT_URL,
        access: Access | None = None,
        settings: Settings | None = None,
        concurrency: int = 4,
        worker_id: str | None = None,
        host: str | None = None,
        pid: int | None = None,
        new_instance: InstanceFactory = new_instance,
        jitter: Jitter = random.random,
        burst: bool = False,
        metrics: Metrics | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError("concurrency must be at least 1")
        host = host or socket.gethostname()
        pid = pid if pid is not None else os.getpid()
        self.registry = registry
        self.queues: Sequence[str] = check_queues(queues)
        self.url = split_urls(url)
        self._access = access
        self.settings = settings or Settings()
        self.concurrency = concurrency
        self.worker_id = worker_id or default_worker_id(host, pid)
        self._work = Work({})
        self.error: BaseException | None = None
        self.status = WorkerStatusManager(
            self, self.settings, host=host, pid=pid, new_instance=new_instance, on_lost=self._lost
        )

        # These are there from start() on.
        self.nc: NATS
        self.jobs: JobStatusManager
        self.failures: FailedJobHandler
        self._processor: JobProcessor
        self._fetcher: Fetcher | None = None

        self._jitter = jitter
        self._burst = burst
        self.metrics = metrics
        self._context: dict[str, Any] = {}
        self._hooks_called = False
        self._loops: list[asyncio.Task[None]] = []
        self._hands = Hands(concurrency, self._room_again)
        self._runner = JobRunner(on_stuck=self._stuck)
        self._stop_requested = asyncio.Event()
        self._stop_at_once = asyncio.Event()

    @property
    def active_jobs(self) -> dict[str, ActiveJob]:
        """The jobs in hand, by their ids."""
        return self._work.active

    @property
    def jobs_done(self) -> int:
        return self._work.done

    @property
    def jobs_failed(self) -> int:
        return self._work.failed

    @property
    def stuck(self) -> int:
        """How many functions still run after their time limit."""
        return self._runner.stuck

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
            self._access,
            name=self.worker_id,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
        )
        js = self.nc.jetstream(timeout=self.settings.request_timeout)
        self.jobs = JobStatusManager(js, self.settings, worker_id=self.worker_id)
        self.failures = FailedJobHandler(js, self.jobs, self.settings, jitter=self._jitter)
        try:
            await self._prepare(js)
        except BaseException:
            await self._leave()
            raise
        self._processor = JobProcessor(
            self.registry,
            self.settings,
            self._work,
            self.jobs,
            self.failures,
            self._runner,
            self.status.jobs_changed,
            self._context,
            self.metrics,
        )
        self._fetcher = Fetcher(self.nc, self.settings, self.queues, self.concurrency, self._hands.free, self._accept)
        await self.nc.subscribe(self.settings.cancel_subject(), cb=self._cancel)
        loops = [self._fetcher.run(), bury_undelivered_forever(js, self.settings, self.jobs, self.failures)]
        if self._burst:
            loops.append(stop_when_empty(js, self.settings, self.queues, self._idle, self.request_stop))
        self._loops = [asyncio.create_task(loop) for loop in loops]
        for task in self._loops:
            task.add_done_callback(self._loop_ended)
        queues = ", ".join(self.queues)
        logger.info("Worker %s takes jobs from %s, %d at a time", self.worker_id, queues, self.concurrency)

    async def _prepare(self, js: JetStreamContext) -> None:
        """Make what is not there yet, and register; patiently, for a cluster may just be electing its leaders."""
        await self._insist(lambda: ensure_jobs_stream(js, self.settings))
        await self._insist(self.jobs.open)
        await self._insist(self.failures.open)
        await claim_id(self.nc, self.settings, self.worker_id, lambda: self._insist(self.status.start_heartbeat))
        self._hooks_called = True
        await self.registry.start_up(self._context)
        for queue in self.queues:
            await self._insist(lambda queue=queue: ensure_consumer(js, self.settings, queue))
        await self.status.update_status(WORKER_STATUS.IDLE)

    def _idle(self) -> bool:
        return not self._hands

    def health(self) -> dict[str, Any]:
        """How it is doing, for a probe: `ok` unless it takes no jobs, or nobody can be told that it lives."""
        taking = bool(self._loops) and not any(loop.done() for loop in self._loops)
        ok = taking and self.status.beating and self.nc.is_connected and self.error is None
        state = {"worker_id": self.worker_id, "status": self.status.status, "connected": self.nc.is_connected}
        return {"ok": ok, **state, "active": len(self._work.active), "stuck": self.stuck, "done": self._work.done}

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await insist(call, self.settings.start_pauses)

    def request_stop(self) -> None:
        """Stop after the jobs in hand; the second time, without them."""
        if self._stop_requested.is_set():
            logger.warning("Worker %s stops at once and gives %d jobs back", self.worker_id, len(self._hands))
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
        if not await self._hands.finish(self.settings.drain_timeout, self._stop_at_once):
            logger.warning("Worker %s has waited long and gives its jobs back", self.worker_id)
        self._runner.close()

    async def _leave(self) -> None:
        self._stop_requested.set()
        if self._hooks_called:
            await self.registry.shut_down(self._context)
        await self.status.unregister()
        if self.nc.is_connected:
            with contextlib.suppress(Exception):
                await self.nc.flush()  # answers to the server may still be on their way
        await close(self.nc)

    def end(self, error: BaseException) -> None:
        """Stop, and let `run` raise this."""
        self._lost(error)

    def _lost(self, error: BaseException) -> None:
        self.error = error
        self._stop_requested.set()

    def _stuck(self, number: int) -> None:
        logger.warning("Worker %s has %d functions that run on after their time limit", self.worker_id, number)
        if number >= self.settings.stuck_limit and self.error is None:
            text = (
                f"{number} functions run on after their time limit: worker {self.worker_id!r} ends, to get rid of them"
            )
            self._lost(StuckThreadsError(text))

    async def _on_disconnected(self) -> None:
        if not self._stop_requested.is_set():
            logger.warning("Worker %s lost its connection to %s", self.worker_id, shown(self.url))

    async def _on_reconnected(self) -> None:
        logger.info("Worker %s is connected again", self.worker_id)
        self.status.connection_restored()
        if self._fetcher is not None:
            self._fetcher.reset()

    def _accept(self, queue: str, message: Msg) -> None:
        self._hands.take(self._processor.process(queue, message))

    def _room_again(self) -> None:
        if self._fetcher is not None:
            self._fetcher.wake()

    async def _cancel(self, message: Msg) -> None:
        self._runner.cancel(message.data.decode("utf-8", "replace"))

    def _loop_ended(self, task: asyncio.Task[None]) -> None:
        # None of them ends by itself; a worker that takes no jobs any more should not look as if it did.
        if not task.cancelled() and (error := task.exception()) is not None:
            trace = None if isinstance(error, WorkerError) else error
            logger.error("Worker %s stops: %s", self.worker_id, describe_error(error), exc_info=trace)
            self._lost(error)
