"""Jobs for later, and jobs again and again: messages that the server itself publishes when they are due.

Nothing of ours has to run for that. A schedule is a message in the stream of jobs; the server (2.12 or newer) keeps
it and publishes its content to the queue, once or at each time. A job for later has its record at once. A periodic
job gets an id of its own each time: the name of its schedule and the number of the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs
from nats.js.errors import BadRequestError, NotFoundError

from worker.connection import outlast
from worker.exceptions import BadJobError
from worker.messages import Job
from worker.names import record_key

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from worker.settings import Settings

T = TypeVar("T")

SCHEDULE, TARGET, TIME_ZONE = "Nats-Schedule", "Nats-Schedule-Target", "Nats-Schedule-Time-Zone"


@dataclass(frozen=True)
class Schedule:
    """A periodic job."""

    name: str
    when: str
    function: str
    queue: str
    time_zone: str | None = None


def due_at(delay: float | dt.timedelta | None, at: dt.datetime | None) -> dt.datetime | None:
    """When a job is due; None for at once."""
    if delay is not None and at is not None:
        raise BadJobError("a job has a delay, or a time at which it is due, not both")
    if delay is not None:
        seconds = delay.total_seconds() if isinstance(delay, dt.timedelta) else float(delay)
        if not 0 <= seconds <= 1e9:
            raise BadJobError(f"a delay of {seconds:g} s makes no sense")
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    if at is not None and at.tzinfo is None:
        raise BadJobError(f"{at} is a time without a time zone")
    return at


def once(at: dt.datetime, subject: str) -> dict[str, str]:
    """The headers of a message that is published to a subject at a time."""
    text = at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {SCHEDULE: f"@at {text}", TARGET: subject}


def periodic(every: float | dt.timedelta | None, cron: str | None) -> str:
    """A schedule as the server reads it: `@every 60s`, or six fields of which the first are seconds."""
    if (every is None) == (cron is None):
        raise BadJobError("a schedule says either `every` so many seconds, or `cron`")
    if cron is not None:
        return f"0 {cron}" if len(cron.split()) == 5 else cron
    seconds = every.total_seconds() if isinstance(every, dt.timedelta) else float(every or 0)
    if seconds < 1 or seconds != int(seconds):
        raise BadJobError(f"every {seconds:g} s: whole seconds are wanted, at least one")
    return f"@every {int(seconds)}s"


def occurrence(job: Job, sequence: int, now: float) -> Job:
    """One of the jobs of a schedule: the message that was delivered tells it from the others."""
    return structs.replace(job, job_id=f"{job.schedule}.{sequence}", enqueued_at=round(now, 3))


class Schedules:
    """The periodic jobs in a stream."""

    def __init__(self, js: JetStreamContext, settings: Settings) -> None:
        self._js = js
        self._settings = settings

    async def put(self, name: str, when: str, payload: bytes, queue: str, time_zone: str | None) -> None:
        """Make a schedule, or change it."""
        headers = {SCHEDULE: when, TARGET: self._settings.job_subject(queue)}
        if time_zone:
            headers[TIME_ZONE] = time_zone
        subject = self._settings.periodic_subject(name)
        try:
            await self._ask(lambda: self._js.publish(subject, payload, headers=headers))
        except BadRequestError as error:
            raise BadJobError(f"the server does not take the schedule {when!r}: {error.description}") from error

    async def remove(self, name: str) -> bool:
        """False if there was none."""
        subject = self._settings.periodic_subject(name)
        found = any(schedule.name == name for schedule in await self.all())
        await self._ask(lambda: self._js.purge_stream(self._settings.jobs_stream, subject=subject))
        return found

    async def all(self) -> list[Schedule]:
        prefix = self._settings.periodic_subject("")
        stream = self._settings.jobs_stream
        info = await self._ask(lambda: self._js.stream_info(stream, subjects_filter=prefix + ">"))
        found = []
        for subject in sorted(info.state.subjects or {}):
            try:
                message = await self._ask(lambda subject=subject: self._js.get_msg(stream, subject=subject))
                job = Job.decode(message.data or b"")
            except (NotFoundError, BadJobError):
                continue
            headers = message.headers or {}
            name, when = subject.removeprefix(prefix), headers.get(SCHEDULE, "")
            found.append(Schedule(name, when, job.function, job.queue, headers.get(TIME_ZONE)))
        return found

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        return await outlast(call, self._settings.start_pauses, "the schedules may be changed, or not; do it again")


def delayed_subject(settings: Settings, job_id: str) -> str:
    return settings.delayed_subject(record_key(job_id))
