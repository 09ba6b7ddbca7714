"""What travels between those who enqueue jobs and those who run them: JSON with a version, never pickle.

Whatever is read is checked as a whole by msgspec, against the types that stand here. What a client may enqueue
and what a worker accepts is the same: both read it by `Job.decode`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any, NotRequired, TypeAlias, TypedDict

import msgspec
from msgspec import structs

from worker.exceptions import BadJobError, UnreadableRecordError
from worker.names import JOB_ID_LIMIT, JOB_ID_PATTERN, NAME_PATTERN
from worker.settings import DEFAULT_QUEUE

JsonDict: TypeAlias = dict[str, Any]

JOB_VERSION = 1
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
# The header by which a client says which record of the job it wrote.
REVISION_HEADER = "Job-Revision"

JobId: TypeAlias = Annotated[str, msgspec.Meta(pattern=JOB_ID_PATTERN, max_length=JOB_ID_LIMIT)]
QueueName: TypeAlias = Annotated[str, msgspec.Meta(pattern=NAME_PATTERN)]
FunctionName: TypeAlias = Annotated[str, msgspec.Meta(max_length=256)]
Attempts: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=1e9)]

# What reading hostile bytes may raise; a string may hold half of a surrogate pair.
DECODE_ERRORS = (msgspec.MsgspecError, ValueError, TypeError, RecursionError)


def encode(value: Any) -> bytes:
    """Encode compactly; what has no JSON form raises TypeError or ValueError."""
    try:
        return _ENCODER.encode(value).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None


def decode(data: bytes | None) -> JsonDict:
    """Decode a record; what is no JSON object, or nested too deep to be read, raises ValueError."""
    try:
        value = json.loads(data or b"")
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def describe_decoding(error: BaseException) -> str:
    """What is wrong with bytes that could not be read, in words that do not quote them."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, UnicodeError):
        return "not UTF-8"
    return str(error)


class Job(msgspec.Struct, frozen=True):
    """One call that somebody wants made: the message in the job stream."""

    job_id: JobId
    function: FunctionName
    args: list[Any] = []
    kwargs: JsonDict = {}
    queue: QueueName = DEFAULT_QUEUE
    enqueued_at: float = 0.0
    depends_on: Annotated[list[JobId], msgspec.Meta(max_length=1000)] = []
    max_attempts: Attempts | None = None
    timeout: Seconds | None = None
    result_ttl: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    # How often the job was taken out of the dead-letter stream.
    life: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    # The schedule that makes such jobs again and again.
    schedule: QueueName | None = None

    @property
    def message_id(self) -> str:
        """What the server tells one message of this job from another by; each life has its own."""
        return f"{self.job_id}.life{self.life}" if self.life else self.job_id

    def fields(self) -> JsonDict:
        """What is said of the job; newer fields only where they say something."""
        return _shallow(self, leave_out=("life", "schedule"))

    def encode(self) -> bytes:
        return encode({"v": JOB_VERSION, **self.fields()})

    @classmethod
    def decode(cls, data: bytes) -> Job:
        """Fields that a newer client added are ignored; those that are missing or wrong are refused."""
        try:
            return _JOBS.decode(data)
        except DECODE_ERRORS as error:
            raise BadJobError(f"not a job: {describe_decoding(error)}") from error


class JOB_STATUS(StrEnum):  # noqa: N801 -- the name is part of the public interface
    """How far a job has come."""

    EXPECTED = "expected"  # another one waits for it, and nobody has enqueued it yet
    QUEUED = "queued"
    RUNNING = "running"
    RETRIED = "retried"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of the job by itself."""
        return self in _ENDED


_ENDED = frozenset({JOB_STATUS.COMPLETED, JOB_STATUS.FAILED, JOB_STATUS.CANCELLED})


class HistoryStep(TypedDict):
    """One step of a job, and when it was made."""

    status: str
    at: float
    attempt: int
    worker_id: NotRequired[str]
    error: NotRequired[str]


class JobRecord(msgspec.Struct, frozen=True):
    """What is known of a job: the value in the bucket of jobs."""

    job_id: JobId
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
    depends_on: list[str] = []
    history: list[HistoryStep] = []
    # The message that runs the job: a second one of the same id is none.
    sequence: int | None = None
    # Those that wait for this one.
    dependents: list[str] = []
    # Somebody wants it cancelled while it runs.
    cancel: bool = False

    @classmethod
    def of(cls, job: Job) -> JobRecord:
        """The record of a job of which nothing is known but itself."""
        depends_on = list(job.depends_on)
        return cls(
            job.job_id, job.queue, job.function, JOB_STATUS.QUEUED, enqueued_at=job.enqueued_at, depends_on=depends_on
        )

    def changed(self, **changes: Any) -> JobRecord:
        """A record that differs in these fields."""
        return structs.replace(self, **changes)

    def with_dependent(self, job_id: str) -> JobRecord:
        """With one more that waits for this one."""
        return self if job_id in self.dependents else self.changed(dependents=[*self.dependents, job_id])

    def encode(self) -> bytes:
        fields = _shallow(self, leave_out=("sequence", "dependents", "cancel"))
        return _RECORD_ENCODER.encode({"v": JOB_VERSION, **fields})

    @classmethod
    def decode(cls, data: bytes | None) -> JobRecord:
        """Read a record; whatever else lies there raises UnreadableRecordError."""
        try:
            return _RECORDS.decode(data or b"")
        except DECODE_ERRORS as error:
            raise UnreadableRecordError(describe_decoding(error)) from error


class StoredResult(msgspec.Struct):
    """The value in the bucket of results."""

    result: Any


def decode_result(data: bytes | None) -> Any:
    """What a job returned; whatever else lies there raises UnreadableRecordError."""
    try:
        return _RESULTS.decode(data or b"").result
    except DECODE_ERRORS as error:
        raise UnreadableRecordError(describe_decoding(error)) from error


def _shallow(value: msgspec.Struct, leave_out: tuple[str, ...]) -> JsonDict:
    """The fields of a message; some only where they say something."""
    fields = structs.asdict(value)
    for name in leave_out:
        if not fields[name]:
            del fields[name]
    return fields


# A record has only what was checked when it came, and texts of ours: msgspec writes it ten times as fast. What
# users give may have no JSON form, or one that msgspec does not write.
_RECORD_ENCODER = msgspec.json.Encoder()


_JOBS = msgspec.json.Decoder(Job)
_RECORDS = msgspec.json.Decoder(JobRecord)
_RESULTS = msgspec.json.Decoder(StoredResult)
