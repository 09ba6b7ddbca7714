"""What travels between those who enqueue jobs and those who run them: JSON with a version, never pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeAlias

from worker.exceptions import BadJobError
from worker.settings import DEFAULT_QUEUE

JsonDict: TypeAlias = dict[str, Any]

JOB_VERSION = 1


def encode(value: Any) -> bytes:
    """Encode compactly; what has no JSON form raises TypeError or ValueError."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def decode(data: bytes | None) -> JsonDict:
    """Decode a record; what is no JSON object, or nested too deep to be read, raises ValueError."""
    try:
        value = json.loads(data or b"")
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


@dataclass(frozen=True)
class Job:
    """One call that somebody wants made: the message in the job stream."""

    job_id: str
    function: str
    args: list[Any] = field(default_factory=list)
    kwargs: JsonDict = field(default_factory=dict)
    queue: str = DEFAULT_QUEUE
    enqueued_at: float = 0.0
    depends_on: list[str] = field(default_factory=list)
    max_attempts: int | None = None
    timeout: float | None = None
    result_ttl: float | None = None

    def encode(self) -> bytes:
        return encode({"v": JOB_VERSION, **asdict(self)})

    @classmethod
    def decode(cls, data: bytes) -> Job:
        """Fields that a newer client added are ignored; those that are missing or wrong are refused."""
        try:
            record = decode(data)
            known = {item.name for item in fields(cls)}
            job = cls(**{name: value for name, value in record.items() if name in known})
        except (ValueError, TypeError) as error:
            raise BadJobError(f"not a job: {error}") from error
        if not isinstance(job.job_id, str) or not isinstance(job.function, str):
            raise BadJobError("not a job: job_id and function must be strings")
        return job


class JOB_STATUS(StrEnum):  # noqa: N801 -- the name is part of the public interface
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRIED = "retried"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class JobRecord:
    """What is known of a job: the value in the bucket of jobs."""

    job_id: str
    queue: str
    function: str
    status: JOB_STATUS
    attempts: int = 0
    enqueued_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None
    next_attempt_at: float | None = None
    worker_id: str | None = None
    delivery: int | None = None
    error: str | None = None
    depends_on: list[str] = field(default_factory=list)
    history: list[JsonDict] = field(default_factory=list)

    def encode(self) -> bytes:
        return encode({"v": JOB_VERSION, **asdict(self)})

    @classmethod
    def decode(cls, data: bytes | None) -> JobRecord:
        record = decode(data)
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in record.items() if name in known}
        return cls(**{**values, "status": JOB_STATUS(record["status"])})
