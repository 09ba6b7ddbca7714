"""The command line: run a worker, enqueue jobs, see how both are doing."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats.errors

import worker.worker as w
from worker.client import open_client
from worker.embedded import embedded_server
from worker.exceptions import JobFailedError, ResultExpiredError, ResultNotReadyError, WorkerError
from worker.logs import configure_logs
from worker.registry import load_registry
from worker.render import job_json, job_text, present, workers_json, workers_table
from worker.settings import DEFAULT_QUEUE, DEFAULT_URL, Settings

EXAMPLES = """\
examples:
  python -m worker run worker.samples:registry --embedded /tmp/jobs
  python -m worker enqueue add 2 3 --wait --embedded /tmp/jobs
  python -m worker enqueue flaky --id my-job --embedded /tmp/jobs
  python -m worker list --embedded /tmp/jobs
  python -m worker job my-job --embedded /tmp/jobs

With --embedded DIR a NATS server is started that stores in DIR, or the one that runs there is used.
Without it a server has to be there already: --url nats://host:4222, or NATS_URL in the environment.
Settings are read from the environment: WORKER_HEARTBEAT_INTERVAL=10, WORKER_MAX_ATTEMPTS=3, ...
"""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker",
        description="A job worker on NATS JetStream.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    server = argparse.ArgumentParser(add_help=False)
    place = server.add_mutually_exclusive_group()
    place.add_argument(
        "--url", default=os.environ.get("NATS_URL", DEFAULT_URL), help="a NATS server (default: %(default)s)"
    )
    place.add_argument(
        "--embedded",
        nargs="?",
        const="",
        metavar="DIR",
        help="use a server of one's own, in DIR or a temporary folder (write it last)",
    )
    server.add_argument("--log-format", choices=("plain", "json"), default="plain")
    server.add_argument("--log-level", default=None, metavar="LEVEL", help="debug, info, warning, error")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[server], help="run a worker")
    run.add_argument("registry", metavar="MODULE:REGISTRY", help="where the functions are")
    run.add_argument("--queue", action="append", metavar="NAME", help="may be given several times")
    run.add_argument("--concurrency", type=int, default=4, metavar="N", help="jobs at a time (default: 4)")
    run.add_argument("--id", metavar="ID", help="the worker's id (default: host, pid and a random part)")

    enqueue = commands.add_parser("enqueue", parents=[server], help="have a function called")
    enqueue.add_argument("function")
    enqueue.add_argument("args", nargs="*", metavar="ARG", help="JSON, or else text")
    enqueue.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="keyword argument")
    enqueue.add_argument("--queue", default=DEFAULT_QUEUE, metavar="NAME")
    enqueue.add_argument("--id", metavar="ID", help="a second job of this id is not made")
    enqueue.add_argument("--after", action="append", default=[], metavar="ID", help="run after this job")
    enqueue.add_argument("--attempts", type=int, metavar="N", help="how often it may be tried")
    enqueue.add_argument("--wait", action="store_true", help="wait for the result and print it")

    show = commands.add_parser("list", parents=[server], help="show the workers")
    show.add_argument("--all", action="store_true", help="also those that said goodbye")
    show.add_argument("--json", action="store_true")

    job = commands.add_parser("job", parents=[server], help="show a job")
    job.add_argument("id", metavar="ID")
    job.add_argument("--json", action="store_true")
    return parser


@asynccontextmanager
async def server_url(options: argparse.Namespace) -> AsyncIterator[str]:
    if options.embedded is None:
        yield options.url
        return
    async with embedded_server(Path(options.embedded) if options.embedded else None) as url:
        yield url


async def run(options: argparse.Namespace) -> int:
    registry = load_registry(options.registry)
    async with server_url(options) as url:
        running = w.Worker(
            registry,
            options.queue or [DEFAULT_QUEUE],
            url=url,
            settings=Settings.from_environment(),
            concurrency=options.concurrency,
            worker_id=options.id,
        )
        await running.run()
    if running.threads_left:
        # A thread cannot be interrupted, and Python would wait for it.
        sys.stderr.flush()
        os._exit(0)
    return 0


async def enqueue(options: argparse.Namespace) -> int:
    keywords = dict(item.split("=", 1) if "=" in item else (item, "true") for item in options.set)
    async with server_url(options) as url, open_client(url, Settings.from_environment()) as client:
        done = await client.enqueue(
            options.function,
            *(parse_value(text) for text in options.args),
            queue=options.queue,
            job_id=options.id,
            depends_on=options.after,
            max_attempts=options.attempts,
            **{name: parse_value(text) for name, text in keywords.items()},
        )
        print(done.job_id + (" (there already)" if done.duplicate else ""))
        if options.wait:
            print(json.dumps(await client.wait(done.job_id)))
    return 0


async def show_workers(options: argparse.Namespace) -> int:
    async with server_url(options) as url, open_client(url, Settings.from_environment()) as client:
        workers = await client.workers()
    shown = workers if options.all else present(workers)
    print(workers_json(shown) if options.json else workers_table(shown))
    return 0


async def show_job(options: argparse.Namespace) -> int:
    async with server_url(options) as url, open_client(url, Settings.from_environment()) as client:
        record = await client.job(options.id)
        try:
            result = await client.result(options.id)
        except (JobFailedError, ResultNotReadyError, ResultExpiredError):
            result = None
    print(job_json(record, result) if options.json else job_text(record, result))
    return 0


def parse_value(text: str) -> Any:
    """Read an argument as JSON where it is JSON, else as text: `3`, `[1, 2]`, `hello`."""
    try:
        return json.loads(text)
    except ValueError:
        return text


COMMANDS = {"run": run, "enqueue": enqueue, "list": show_workers, "job": show_job}


def main(arguments: Sequence[str] | None = None) -> int:
    sys.path.insert(0, "")  # `run jobs:registry` means the jobs.py here, as with `python -m`
    options = build_parser().parse_args(arguments)
    level = options.log_level or ("INFO" if options.command == "run" else "WARNING")
    configure_logs(options.log_format, level)
    try:
        return asyncio.run(COMMANDS[options.command](options))
    except (WorkerError, ValueError, nats.errors.Error) as error:
        print(f"worker: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
