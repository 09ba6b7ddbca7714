"""What the commands do; each gives an exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import worker.worker as w
from worker import render
from worker.access import Access
from worker.client import JobClient, open_client
from worker.embedded import embedded_server
from worker.exceptions import JobFailedError, JobNotFoundError, ResultExpiredError, ResultNotReadyError, WorkerError
from worker.health import Metrics, health_server
from worker.options import parse_value
from worker.registry import load_registry
from worker.settings import DEFAULT_QUEUE, Settings


def access(options: argparse.Namespace) -> Access:
    """What lets us in: as given, else as the environment says."""
    found = Access.from_environment()
    return Access(
        options.creds or found.creds,
        options.nkey or found.nkey,
        options.tls_ca or found.tls_ca,
        options.tls_cert or found.tls_cert,
        options.tls_key or found.tls_key,
    )


@asynccontextmanager
async def server_url(
    options: argparse.Namespace, on_lost: Callable[[BaseException], None] | None = None
) -> AsyncIterator[str]:
    if options.embedded is None:
        yield options.url
        return
    async with embedded_server(None if options.embedded == "-" else Path(options.embedded), on_lost) as url:
        yield url


@asynccontextmanager
async def client_of(options: argparse.Namespace) -> AsyncIterator[JobClient]:
    settings = Settings.from_environment()
    async with server_url(options) as url, open_client(url, settings, access(options)) as client:
        yield client


async def run(options: argparse.Namespace) -> int:
    registry = load_registry(options.registry)
    workers: list[w.Worker] = []
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(server_url(options, lambda error: workers[0].end(error)))
        running = w.Worker(
            registry,
            options.queue or [DEFAULT_QUEUE],
            url=url,
            access=access(options),
            settings=Settings.from_environment(),
            concurrency=options.concurrency,
            worker_id=options.id,
            burst=options.burst,
        )
        workers.append(running)
        if options.health is not None:
            running.metrics = _metrics(running)
            host, port = options.health
            await stack.enter_async_context(health_server(host, port, running.health, running.metrics))
        await running.run()
    if running.threads_left:
        # A thread cannot be interrupted, and Python would wait for it.
        sys.stderr.flush()
        os._exit(0)
    return 0


def _metrics(running: w.Worker) -> Metrics | None:
    from worker.metrics import PrometheusMetrics

    try:
        return PrometheusMetrics(lambda: len(running.active_jobs), lambda: running.stuck)
    except WorkerError:
        return None  # without the extra there is still /healthz


async def enqueue(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        handle = await client.submit(
            options.function,
            [parse_value(text) for text in options.args],
            dict(options.set),
            queue=options.queue,
            job_id=options.id,
            depends_on=options.after,
            max_attempts=options.attempts,
            time_limit=options.time_limit,
            delay=options.delay,
            at=options.at,
        )
        print(handle.job_id + (" (there already)" if handle.duplicate else ""), flush=True)
        for other in options.after:
            try:
                await client.job(other)
            except JobNotFoundError:
                print(f"worker: there is no job {other!r} yet; until there is, this one waits", file=sys.stderr)
        if options.wait:
            print(json.dumps(await handle.result()))
    return 0


async def schedule(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        if options.name is None:
            print(render.schedules_table(await client.schedules.all()))
            return 0
        if options.remove:
            if await client.schedules.remove(options.name):
                return 0
            raise WorkerError(f"There is no schedule {options.name!r}")
        if options.function is None:
            raise WorkerError("which function? Write: schedule NAME FUNCTION --every 5m")
        await client.schedule(
            options.name,
            options.function,
            [parse_value(text) for text in options.args],
            dict(options.set),
            every=options.every,
            cron=options.cron,
            time_zone=options.time_zone,
            queue=options.queue,
            max_attempts=options.attempts,
            time_limit=options.time_limit,
        )
    return 0


async def show_workers(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        workers = await client.workers()
    shown = workers if options.all else render.present(workers)
    print(render.workers_json(shown) if options.json else render.workers_table(shown))
    return 0


async def show_jobs(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        jobs = await client.operator.jobs(status=options.status, queue=options.queue, limit=options.limit)
        queues = await client.operator.queues()
    print(render.jobs_json(jobs, queues) if options.json else render.jobs_table(jobs, queues))
    return 0


async def show_job(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        record = await client.job(options.id)
        try:
            result, there = await client.result(options.id), True
        except (JobFailedError, ResultNotReadyError, ResultExpiredError):
            result, there = None, False
        states = {}
        for other in record.depends_on:
            try:
                states[other] = str((await client.job(other)).status)
            except JobNotFoundError:
                states[other] = "nobody has enqueued it"
    print(render.job_json(record, result) if options.json else render.job_text(record, result, there, states))
    return 0


async def cancel(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        if await client.cancel(options.id):
            return 0
        raise WorkerError(f"Job {options.id!r} had ended: {(await client.job(options.id)).status}")


async def show_dead(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        letters = await client.operator.dead(options.queue)
    print(render.dead_json(letters) if options.json else render.dead_table(letters))
    return 0


async def redrive(options: argparse.Namespace) -> int:
    if not options.ids and not options.all:
        raise WorkerError("which jobs? Write their ids, or --all")
    async with client_of(options) as client:
        done = await client.operator.redrive(options.ids or None, options.queue)
    print("\n".join(done) or "No dead jobs.")
    missing = sorted(set(options.ids) - set(done))
    if missing:
        raise WorkerError(f"no dead letter of: {', '.join(missing)}")
    return 0


async def purge(options: argparse.Namespace) -> int:
    async with client_of(options) as client:
        if options.dead:
            print(f"{await client.operator.purge_dead()} dead letters deleted")
        else:
            print(f"{await client.operator.purge_queue(options.queue)} jobs cancelled")
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, int]]] = {
    "run": run,
    "enqueue": enqueue,
    "schedule": schedule,
    "list": show_workers,
    "jobs": show_jobs,
    "job": show_job,
    "cancel": cancel,
    "dead": show_dead,
    "redrive": redrive,
    "purge": purge,
}
