"""Calling the functions of jobs: in the event loop or in a thread, with a time limit."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from worker.exceptions import PermanentJobError
from worker.messages import encode

if TYPE_CHECKING:
    from worker.messages import Job
    from worker.registry import JobFunction


@dataclass(frozen=True)
class CurrentJob:
    """What a running function can learn of its job, through `current_job()`."""

    job_id: str
    queue: str
    attempt: int
    max_attempts: int


CURRENT_JOB: contextvars.ContextVar[CurrentJob] = contextvars.ContextVar("current_job")


def stopping() -> bool:
    """Whether this task was told to stop: `asyncio.wait_for` of Python 3.11 may keep the word to itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class JobRunner:
    """Runs functions, at most so many of them in threads."""

    def __init__(self, concurrency: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._in_threads = 0

    @property
    def in_threads(self) -> int:
        """How many functions run in threads now: they cannot be interrupted, only waited for."""
        return self._in_threads

    async def call(self, function: JobFunction, job: Job, current: CurrentJob) -> Any:
        """Call the function of a job; what it returns has to have a JSON form."""
        context = contextvars.copy_context()
        context.run(CURRENT_JOB.set, current)
        if function.is_async:
            call = self._in_loop(function, job, context)
        else:
            call = self._in_thread(function, job, context)
        async with asyncio.timeout(job.timeout if job.timeout is not None else function.timeout):
            result = await call
        try:
            encode(result)
        except (TypeError, ValueError) as error:
            raise PermanentJobError(f"the result cannot be stored: {error}") from error
        return result

    def close(self) -> None:
        """Start no more threads' work; do not wait for what runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _in_loop(self, function: JobFunction, job: Job, context: contextvars.Context) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        return loop.create_task(function.call(*job.args, **job.kwargs), context=context)

    def _in_thread(self, function: JobFunction, job: Job, context: contextvars.Context) -> asyncio.Future[Any]:
        def run() -> Any:
            with self._lock:
                self._in_threads += 1
            try:
                return context.run(function.call, *job.args, **job.kwargs)
            finally:
                with self._lock:
                    self._in_threads -= 1

        return asyncio.get_running_loop().run_in_executor(self._threads, run)
