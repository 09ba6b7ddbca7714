"""All workers, and how each is doing by the server's clock alone."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypedDict

import msgspec
import nats.js.errors

from worker.messages import DECODE_ERRORS, decode
from worker.settings import Settings
from worker.states import WORKER_HEALTH, WorkerInfo

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.js.api import RawStreamMsg

logger = logging.getLogger("worker.worker")

# A worker whose last beat is older than this many of its intervals is late.
LATE_AFTER_BEATS = 2
_FRACTION = re.compile(r"\.(\d{1,6})\d*")

Count = Annotated[int, msgspec.Meta(ge=0)]


class ListedJob(TypedDict):
    job_id: str


class ListedWorker(TypedDict):
    """What the list reads of a record; there may be more in it."""

    worker_id: str
    status: str
    interval: Annotated[float, msgspec.Meta(gt=0)]
    queues: list[str]
    concurrency: Count
    active: list[ListedJob]
    active_count: Count
    done: Count
    failed: Count


def parse_server_time(text: str) -> datetime:
    """Read the server's times: they have nanoseconds, more than `datetime` takes."""
    text = _FRACTION.sub(lambda found: "." + found[1].ljust(6, "0"), text)
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


async def list_workers(nc: NATS, settings: Settings | None = None) -> list[WorkerInfo]:
    """All workers, and how each is doing by the server's clock alone.

    One request for the keys and the server's time, one read for each record. The library's own `keys()`
    makes a consumer for every call, which lingers, and now and then misses keys.
    """
    settings = settings or Settings()
    stream, prefix = f"KV_{settings.workers_bucket}", f"$KV.{settings.workers_bucket}."
    reply = await nc.request(
        f"$JS.API.STREAM.INFO.{stream}",
        json.dumps({"subjects_filter": prefix + ">"}).encode(),
        timeout=settings.request_timeout,
    )
    info = json.loads(reply.data)
    if "error" in info:
        if info["error"].get("code") == 404:
            return []  # no worker has ever been here
        raise nats.js.errors.APIError.from_error(info["error"])
    now = parse_server_time(info["ts"])
    direct = bool(info["config"].get("allow_direct"))
    js = nc.jetstream(timeout=settings.request_timeout)
    workers = []
    for subject in sorted(info["state"].get("subjects") or {}):
        try:
            message = await js.get_msg(stream, subject=subject, direct=direct)
        except nats.js.errors.NotFoundError:
            continue  # gone since
        workers.append(_judge(subject.removeprefix(prefix), message, now))
    return workers


def _judge(key: str, message: RawStreamMsg, now: datetime) -> WorkerInfo:
    said = message.time
    age = round(max(0.0, (now - said).total_seconds()), 3) if isinstance(said, datetime) else 0.0
    headers = message.headers or {}
    if not message.data:
        expired = "Nats-Marker-Reason" in headers
        return WorkerInfo(key, WORKER_HEALTH.LOST if expired else WORKER_HEALTH.STOPPED, age)
    try:
        record = decode(message.data)
        msgspec.convert(record, ListedWorker)
        late = age > LATE_AFTER_BEATS * record["interval"]
        health = WORKER_HEALTH.LATE if late else WORKER_HEALTH.ALIVE
        return WorkerInfo(record["worker_id"], health, age, record)
    except DECODE_ERRORS:
        logger.warning("The record of worker %s cannot be read", key)
        return WorkerInfo(key, WORKER_HEALTH.UNREADABLE, age)
