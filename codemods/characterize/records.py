"""What a tape holds: typed records, in the order in which things happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Missing:
    """The type of `MISSING`: no value was given, which is not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(slots=True)
class Answer:
    """What came back for an operation: `status` is "ok", "error", "status" or "no responders"."""

    status: str
    code: int | None = None
    text: str = ""
    seq: int | None = None  # the revision, or the sequence number in the stream
    value: Any = MISSING
    headers: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""  # the value as it was on the wire


@dataclass(slots=True)
class Operation:
    """One thing that a client asked of the server, and the answer."""

    at: float
    link: str
    op: str
    target: str
    value: Any = MISSING
    expect: int | None = None  # the revision that must be the last one; 0: there must be none
    ttl: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)  # configurations, and what is asked for
    answers: list[Answer] = field(default_factory=list)
    fault: str = ""
    subject: str = ""  # as it was on the wire
    reply: str = ""
    raw: bytes = b""

    @property
    def bucket(self) -> str | None:
        """The bucket of a key-value operation."""
        return self.subject.split(".")[1] if self.subject.startswith("$KV.") else None

    @property
    def key(self) -> str | None:
        """The key of a key-value operation."""
        return self.subject.split(".", 2)[2] if self.subject.startswith("$KV.") else None


@dataclass(slots=True)
class Delivery:
    """A message that the server gave to a client without being asked for just it."""

    at: float
    link: str
    subject: str
    value: Any = MISSING
    headers: dict[str, str] = field(default_factory=dict)
    attempt: int | None = None  # from a consumer: the how-manieth delivery
    seq: int | None = None
    consumer: str = ""
    raw: bytes = b""


@dataclass(slots=True)
class LinkEvent:
    """A connection came or went, or something was done to it or to the server."""

    at: float
    link: str
    what: str


@dataclass(slots=True)
class LogLine:
    """A log record: its level and message. The logger's name changes in a move, so it is not kept."""

    at: float
    level: str
    message: str
    template: str = ""  # with these, what is volatile among the arguments can be told
    args: tuple[Any, ...] = ()


@dataclass(slots=True)
class Raised:
    """An error that came out of the subject: the class's own name, without its module, and the message."""

    at: float
    error: str
    message: str
    where: str = ""


@dataclass(slots=True)
class Note:
    """A line that the test wrote, for the reader."""

    at: float
    text: str


Record = Operation | Delivery | LinkEvent | LogLine | Raised | Note
