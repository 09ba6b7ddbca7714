"""Calling the functions of jobs: in the event loop or in a thread, with a time limit that holds.

Whatever a function does ends in an `Outcome`: also `sys.exit()`, and a `StopIteration`, which a future cannot
carry. A function that goes on after its limit is abandoned: it may be a thread, which nobody can interrupt, or
a coroutine that keeps the cancellation to itself. It then holds up no other job, but it is counted, and a
worker with too many of them ends.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from worker.exceptions import JobCancelledError
from worker.signals import Signal

if TYPE_CHECKING:
    from worker.messages import Job
    from worker.registry import JobFunction

# How long a coroutine may take to clean up after it was cancelled.
CLEAN_UP_TIME = 1.0
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class CurrentJob:
    """What a running function can learn of its job, through `current_job()`."""

    job_id: str
    queue: str
    attempt: int
    max_attempts: int
    # What the start-up hooks of the registry left there, for all jobs of the worker.
    context: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)


CURRENT_JOB: contextvars.ContextVar[CurrentJob] = contextvars.ContextVar("current_job")


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a value, or an error of whatever kind."""

    value: Any = None
    error: BaseException | None = None


def stopping() -> bool:
    """Whether this task was told to stop: `asyncio.wait_for` of Python 3.11 may keep the word to itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class JobRunner:
    """Runs functions, each sync one in a thread that is free for it."""

    def __init__(self, *, on_stuck: Callable[[int], None] | None = None) -> None:
        self._free: list[ThreadPoolExecutor] = []
        self._closed = False
        self._on_stuck = on_stuck
        self._lock = threading.Lock()
        self._in_threads = 0
        self._cancelled: dict[str, Signal] = {}
        self._stuck: set[asyncio.Future[Outcome]] = set()

    @property
    def in_threads(self) -> int:
        """How many functions run in threads now: they cannot be interrupted, only waited for."""
        return self._in_threads

    @property
    def stuck(self) -> int:
        """How many functions still run after their time was over."""
        return len(self._stuck)

    async def call(self, function: JobFunction, job: Job, current: CurrentJob) -> Outcome:
        """Call the function of a job; only cancelling the caller raises anything."""
        context = contextvars.copy_context()
        context.run(CURRENT_JOB.set, current)
        call: asyncio.Future[Outcome]
        if function.is_async:
            call = asyncio.get_running_loop().create_task(_awaited(function, job), context=context)
        else:
            call = self._in_thread(function, job, context)
        limit = job.timeout if job.timeout is not None else function.timeout
        cancelled = self._cancelled[job.job_id] = Signal()
        call.add_done_callback(lambda _: cancelled.wake())
        try:
            if not call.done():
                await cancelled.wait(limit)
        except asyncio.CancelledError:
            await self._abandon(call)
            raise
        finally:
            del self._cancelled[job.job_id]
        if not call.done():
            await self._abandon(call)
            error = JobCancelledError("cancelled") if cancelled.is_set() else TimeoutError(f"after {limit:g} s")
            return Outcome(error=error)
        return Outcome(error=asyncio.CancelledError()) if call.cancelled() else call.result()

    def cancel(self, job_id: str) -> None:
        """End the call of a job, if there is one: what it comes to is a JobCancelledError."""
        cancelled = self._cancelled.get(job_id)
        if cancelled is not None:
            cancelled.set()

    def close(self) -> None:
        """Let threads end; do not wait for what runs."""
        self._closed = True
        for executor in self._free:
            executor.shutdown(wait=False)
        self._free.clear()

    async def _abandon(self, call: asyncio.Future[Outcome]) -> None:
        if isinstance(call, asyncio.Task):
            call.cancel()
            await asyncio.wait({call}, timeout=CLEAN_UP_TIME)
        if not call.done():
            self._stuck.add(call)
            call.add_done_callback(self._stuck.discard)
            if self._on_stuck is not None:
                self._on_stuck(len(self._stuck))

    def _in_thread(self, function: JobFunction, job: Job, context: contextvars.Context) -> asyncio.Future[Outcome]:
        executor = self._free.pop() if self._free else ThreadPoolExecutor(1, thread_name_prefix="job")

        def run() -> Outcome:
            with self._lock:
                self._in_threads += 1
            try:
                return Outcome(context.run(function.call, *job.args, **job.kwargs))
            except BaseException as error:
                return Outcome(error=error)
            finally:
                with self._lock:
                    self._in_threads -= 1

        call = asyncio.get_running_loop().run_in_executor(executor, run)
        call.add_done_callback(lambda _: self._is_free(executor))
        return call

    def _is_free(self, executor: ThreadPoolExecutor) -> None:
        if self._closed:
            executor.shutdown(wait=False)
        else:
            self._free.append(executor)


async def _awaited(function: JobFunction, job: Job) -> Outcome:
    try:
        return Outcome(await function.call(*job.args, **job.kwargs))
    except asyncio.CancelledError as error:
        if stopping():
            raise
        return Outcome(error=error)
    except BaseException as error:
        return Outcome(error=error)
