"""What the command line takes."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
from importlib import metadata
from typing import Any

from worker.settings import DEFAULT_QUEUE, DEFAULT_URL

EXAMPLES = """\
examples:
  python -m worker run worker.samples:registry --embedded /tmp/jobs
  python -m worker enqueue add 2 3 --wait --embedded /tmp/jobs
  python -m worker enqueue flaky --id my-job --in 10s --embedded /tmp/jobs
  python -m worker schedule nightly add 1 2 --cron "30 3 * * *" --embedded /tmp/jobs
  python -m worker list --embedded /tmp/jobs
  python -m worker job my-job --embedded /tmp/jobs
  python -m worker dead --embedded /tmp/jobs

With --embedded DIR a NATS server is started that stores in DIR, or the one that runs there is used.
Without it a server has to be there already: --url nats://host:4222, or NATS_URL in the environment.
Settings are read from the environment: WORKER_HEARTBEAT_INTERVAL=10, WORKER_MAX_ATTEMPTS=3, ...
Exit codes: 0 done, 1 refused or failed (of `enqueue --wait`: the job failed), 2 wrong usage.
"""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker",
        description="A job worker on NATS JetStream.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    server = _server_options()
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[server], help="run a worker")
    run.add_argument("registry", metavar="MODULE:REGISTRY", help="where the functions are")
    run.add_argument("--queue", action="append", metavar="NAME", help="may be given several times")
    run.add_argument("--concurrency", type=int, default=4, metavar="N", help="jobs at a time (default: 4)")
    run.add_argument("--id", metavar="ID", help="the worker's id (default: host, pid and a random part)")
    run.add_argument("--burst", action="store_true", help="end when the queues are empty")
    run.add_argument("--health", type=_address, metavar="[HOST:]PORT", help="answer /healthz and /metrics over HTTP")

    enqueue = commands.add_parser("enqueue", parents=[server, _call_options()], help="have a function called")
    enqueue.add_argument("--id", metavar="ID", help="a second job of this id is not made")
    enqueue.add_argument("--after", action="append", default=[], metavar="ID", help="run after this job")
    enqueue.add_argument("--in", dest="delay", type=parse_duration, metavar="TIME", help="run later: 30s, 5m, 2h, 1d")
    enqueue.add_argument("--at", type=_time, metavar="TIME", help="run at this time: 2030-01-31T08:00+01:00")
    enqueue.add_argument("--wait", action="store_true", help="wait for the result and print it")

    schedule = commands.add_parser(
        "schedule", parents=[server], help="have a function called again and again; without arguments, list those"
    )
    schedule.add_argument("name", nargs="?", metavar="NAME")
    schedule.add_argument("function", nargs="?")
    _add_call_options(schedule)
    schedule.add_argument("--every", type=parse_duration, metavar="TIME", help="30s, 5m, 2h, 1d")
    schedule.add_argument("--cron", metavar="FIELDS", help='"30 3 * * *", or six fields with the seconds first')
    schedule.add_argument("--time-zone", metavar="NAME", help="of the cron fields (default: UTC)")
    schedule.add_argument("--remove", action="store_true", help="remove the schedule NAME")

    show = commands.add_parser("list", parents=[server], help="show the workers")
    show.add_argument("--all", action="store_true", help="also those that said goodbye")
    show.add_argument("--json", action="store_true")

    jobs = commands.add_parser("jobs", parents=[server], help="show the queues and the jobs")
    jobs.add_argument("--status", action="append", default=[], metavar="STATUS", help="queued, running, failed ...")
    jobs.add_argument("--queue", metavar="NAME")
    jobs.add_argument("--limit", type=int, default=50, metavar="N", help="the newest N (default: 50)")
    jobs.add_argument("--json", action="store_true")

    job = commands.add_parser("job", parents=[server], help="show a job (exit 0, however it is doing)")
    job.add_argument("id", metavar="ID")
    job.add_argument("--json", action="store_true")

    cancel = commands.add_parser("cancel", parents=[server], help="cancel a job (exit 1 if it had ended)")
    cancel.add_argument("id", metavar="ID")

    dead = commands.add_parser("dead", parents=[server], help="show the dead letters")
    dead.add_argument("--queue", metavar="NAME")
    dead.add_argument("--json", action="store_true")

    redrive = commands.add_parser("redrive", parents=[server], help="give dead jobs another life")
    redrive.add_argument("ids", nargs="*", default=[], metavar="ID")
    redrive.add_argument("--all", action="store_true", help="all of them, or of --queue")
    redrive.add_argument("--queue", metavar="NAME")

    purge = commands.add_parser("purge", parents=[server], help="cancel what waits in a queue, or delete dead letters")
    what = purge.add_mutually_exclusive_group(required=True)
    what.add_argument("--queue", metavar="NAME", help="what waits in this queue")
    what.add_argument("--dead", action="store_true", help="all dead letters")
    return parser


def _server_options() -> argparse.ArgumentParser:
    server = argparse.ArgumentParser(add_help=False)
    place = server.add_mutually_exclusive_group()
    place.add_argument(
        "--url",
        default=os.environ.get("NATS_URL") or DEFAULT_URL,
        help=f"NATS servers, with commas between them (default: NATS_URL, or {DEFAULT_URL})",
    )
    place.add_argument(
        "--embedded", metavar="DIR", help="a server of one's own, which stores in DIR; '-' is a temporary folder"
    )
    server.add_argument("--creds", metavar="FILE", help="credentials (default: NATS_CREDS)")
    server.add_argument("--nkey", metavar="FILE", help="the seed of an NKEY (default: NATS_NKEY)")
    server.add_argument("--tls-ca", metavar="FILE", help="who signs the server's certificate (default: NATS_CA)")
    server.add_argument("--tls-cert", metavar="FILE", help="our certificate (default: NATS_CERT)")
    server.add_argument("--tls-key", metavar="FILE", help="its key (default: NATS_KEY)")
    server.add_argument("--log-format", choices=("plain", "json"), default="plain")
    server.add_argument("--log-level", choices=("debug", "info", "warning", "error"), help="default: info of run")
    return server


def _call_options() -> argparse.ArgumentParser:
    call = argparse.ArgumentParser(add_help=False)
    call.add_argument("function")
    _add_call_options(call)
    return call


def _add_call_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("args", nargs="*", default=[], metavar="ARG", help="JSON, or else text")
    parser.add_argument(
        "--set", action="append", default=[], type=_keyword, metavar="NAME=VALUE", help="a keyword argument"
    )
    parser.add_argument("--queue", default=DEFAULT_QUEUE, metavar="NAME")
    parser.add_argument("--attempts", type=int, metavar="N", help="how often it may be tried")
    parser.add_argument("--time-limit", type=parse_duration, metavar="TIME", help="of one attempt")


def parse_value(text: str) -> Any:
    """Read an argument as JSON where it is JSON, else as text: `3`, `[1, 2]`, `hello`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def parse_duration(text: str) -> float:
    """`90`, `30s`, `5m`, `2h`, `1d`, in seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 30s, 5m, 2h or 1d")
    return float(found[1]) * _UNITS[found[2] or "s"]


def _keyword(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=VALUE")
    return name, parse_value(value)


def _time(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2030-01-31T08:00+01:00") from None
    return found if found.tzinfo else found.astimezone()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: write PORT or HOST:PORT")
    return host or "127.0.0.1", int(port)


def _version() -> str:
    try:
        return f"worker of codemods {metadata.version('codemods')}"
    except metadata.PackageNotFoundError:
        return "worker"
