"""The NATS wire protocol, as far as a listener needs it: one frame at a time, in and out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

WITH_BODY = ("PUB", "HPUB", "MSG", "HMSG")


@dataclass(slots=True)
class Frame:
    """One protocol line with its body. `raw` is what came over the wire; empty when made by the kit."""

    verb: str
    args: list[str] = field(default_factory=list)
    subject: str = ""
    sid: str = ""
    reply: str = ""
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes = b""
    start: int = 0  # where it began in what the client sent

    def encode(self) -> bytes:
        """The bytes to send: as they came, or put together anew after a change (see `changed`)."""
        if self.raw:
            return self.raw
        assert self.verb in WITH_BODY
        head = _encode_headers(self.status, self.headers)
        words = [("H" if head else "") + self.verb.removeprefix("H"), self.subject, self.sid, self.reply]
        sizes = [str(len(head)), str(len(head) + len(self.body))] if head else [str(len(self.body))]
        line = " ".join([word for word in words if word] + sizes)
        return line.encode() + b"\r\n" + head + self.body + b"\r\n"

    def changed(self) -> None:
        """Say that a field was changed, so that `encode` uses the fields."""
        self.raw = b""


def _encode_headers(status: str, headers: dict[str, str]) -> bytes:
    if not (status or headers):
        return b""
    lines = ["NATS/1.0" + (f" {status}" if status else ""), *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None at the end of the stream."""
    try:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return None
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        verb, _, rest = text.partition(" ")
        verb = verb.upper()
        if verb not in WITH_BODY:
            return Frame(verb, rest.split() if verb in ("SUB", "UNSUB") else [rest], raw=line)
        data = await reader.readexactly(int(text.rsplit(" ", 1)[1]) + 2)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _message(verb, rest.split(), line, data)


def _message(verb: str, args: list[str], line: bytes, data: bytes) -> Frame:
    frame = Frame(verb, raw=line + data, body=data[:-2])
    words = args[:-1]
    if verb[0] == "H":
        size = int(words.pop())
        head, frame.body = frame.body[:size], frame.body[size:]
        first, *lines = head.decode("utf-8", "replace").split("\r\n")
        frame.status = first.removeprefix("NATS/1.0").strip()
        frame.headers = {k: v.strip() for k, _, v in (one.partition(":") for one in lines if ":" in one)}
    frame.subject = words.pop(0)
    if verb in ("MSG", "HMSG"):
        frame.sid = words.pop(0)
    frame.reply = words[0] if words else ""
    return frame


def matches(pattern: str, subject: str) -> bool:
    """Whether a subscription's subject, with `*` and `>`, takes this subject."""
    want, have = pattern.split("."), subject.split(".")
    for at, token in enumerate(want):
        if token == ">":
            return len(have) > at
        if at >= len(have) or token not in ("*", have[at]):
            return False
    return len(want) == len(have)
