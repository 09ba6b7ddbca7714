"""What a worker can be, and what others may believe of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from worker.exceptions import IllegalTransitionError, WorkerIdTakenError
from worker.messages import decode, encode
from worker.storage import WORKER_RECORD_LIMIT

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814

_KEY_UNSAFE = re.compile(r"[^-/_=.A-Za-z0-9]+")


class WORKER_STATUS(StrEnum):  # noqa: N801 -- the name is part of the public interface
    """What a worker is doing, as it says itself."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    STOPPING = "stopping"

    def can_become(self, other: WORKER_STATUS) -> bool:
        return other in WORKER_STATUS_TRANSITIONS[self]


# STOPPING is final: nobody should hope for a worker that has said goodbye.
WORKER_STATUS_TRANSITIONS: dict[WORKER_STATUS, frozenset[WORKER_STATUS]] = {
    WORKER_STATUS.STARTING: frozenset({WORKER_STATUS.IDLE, WORKER_STATUS.STOPPING}),
    WORKER_STATUS.IDLE: frozenset({WORKER_STATUS.BUSY, WORKER_STATUS.STOPPING}),
    WORKER_STATUS.BUSY: frozenset({WORKER_STATUS.IDLE, WORKER_STATUS.STOPPING}),
    WORKER_STATUS.STOPPING: frozenset(),
}


class WORKER_HEALTH(StrEnum):  # noqa: N801 -- as WORKER_STATUS
    """What others may believe of a worker, by the server's clock."""

    ALIVE = "alive"
    LATE = "late"
    LOST = "lost"  # its record expired: it was killed, or cut off for long
    STOPPED = "stopped"  # it took its record away itself
    UNREADABLE = "unreadable"


def check_transition(status: WORKER_STATUS, other: WORKER_STATUS, active: int) -> None:
    """Whether a worker with so many active jobs may go from one state to the other; else it raises."""
    if not isinstance(other, WORKER_STATUS):
        raise TypeError(f"{other!r} is no WORKER_STATUS but {type(other).__name__}")
    if not status.can_become(other):
        raise IllegalTransitionError(f"A worker that is {status} cannot become {other}")
    if (other is WORKER_STATUS.IDLE and active) or (other is WORKER_STATUS.BUSY and not active):
        raise IllegalTransitionError(f"A worker with {active} active jobs cannot become {other}")


def worker_key(worker_id: str) -> str:
    """The key of a worker in the bucket; host names and the like may hold what no key can."""
    key = _KEY_UNSAFE.sub("_", worker_id).strip(".")
    if not key:
        raise ValueError(f"worker id {worker_id!r} leaves nothing to make a key of")
    return key


@dataclass(frozen=True)
class ActiveJob:
    """A job in the hands of a worker."""

    job_id: str
    queue: str
    started_at: float
    delivery: int


@dataclass(frozen=True)
class WorkerInfo:
    """A worker as others see it."""

    worker_id: str
    health: WORKER_HEALTH
    age: float  # seconds since its last word, by the server's clock
    record: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        return self.record["status"] if self.record else "-"


class WorkerView(Protocol):
    """What the status manager reads of a worker; it changes nothing there."""

    @property
    def worker_id(self) -> str: ...
    @property
    def nc(self) -> NATS: ...
    @property
    def queues(self) -> Sequence[str]: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def active_jobs(self) -> Mapping[str, ActiveJob]: ...
    @property
    def jobs_done(self) -> int: ...
    @property
    def jobs_failed(self) -> int: ...
    @property
    def stuck(self) -> int: ...


# The record of a worker stays small, however many jobs it has in hand, and however long their ids are.
ACTIVE_JOBS_LISTED = 20


def encode_record(said: dict[str, Any], worker: WorkerView, lag: float) -> bytes:
    """The record of a worker; lists as many of its jobs as there is room for."""
    active = [asdict(job) for job in worker.active_jobs.values()]
    listed = active[:ACTIVE_JOBS_LISTED]
    while True:
        record = {
            **said,
            "queues": list(worker.queues),
            "concurrency": worker.concurrency,
            "active": listed,
            "active_count": len(active),
            "done": worker.jobs_done,
            "failed": worker.jobs_failed,
            "lag": lag,
        }
        if worker.stuck:
            record["stuck"] = worker.stuck
        encoded = encode(record)
        if len(encoded) <= WORKER_RECORD_LIMIT or not listed:
            return encoded
        listed = listed[: len(listed) // 2]


def check_written_by(instance: str | None, data: bytes, worker_id: str) -> None:
    """Whether this instance wrote a record; raises WorkerIdTakenError if it did not."""
    try:
        record = decode(data)
    except ValueError:
        record = {}
    if record.get("instance") == instance:
        return
    writer = f"instance {record.get('instance')} (pid {record.get('pid')} on {record.get('host')})"
    raise WorkerIdTakenError(f"Worker id {worker_id!r} is in use: {writer} wrote its record")


LostCallback: TypeAlias = Callable[[BaseException], None]
InstanceFactory: TypeAlias = Callable[[], str]


def new_instance() -> str:
    """Tell one life of a worker from the next, whatever its id."""
    return uuid.uuid4().hex


def default_worker_id(host: str, pid: int) -> str:
    """An id that says where to look, and that no other process has."""
    return f"{host}-{pid}-{uuid.uuid4().hex[:6]}"
