"""The server's clock, told in virtual time: stamps are rewritten, by field, on their way to the client.

The server runs on real time. Whenever the virtual clock moves, `moved` notes at which real instant it
did; since nothing is in flight at that moment, every stamp that the server made between two moves belongs
to the virtual instant between them.
"""

from __future__ import annotations

import base64
import bisect
import json
import re
from datetime import UTC, datetime
from typing import Any

from codemods.characterize.describe import API, AckSubject
from codemods.characterize.frames import Frame

STAMPS = ("ts", "time", "created", "timestamp", "first_ts", "last_ts", "last_active")
TIMED_HEADERS = ("Nats-Time-Stamp",)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
NEVER = "0001-01-01T00:00:00Z"


class ServerTime:
    """The map from the server's nanoseconds to virtual ones. Until the first move it changes nothing."""

    def __init__(self) -> None:
        self._real: list[int] = []
        self._virtual: list[int] = []

    @property
    def active(self) -> bool:
        return bool(self._real)

    def moved(self, real: int, virtual: int) -> None:
        """From this real instant on it is this virtual instant, both in nanoseconds since 1970."""
        self._real.append(real)
        self._virtual.append(virtual)

    def virtual(self, real: int) -> int:
        """What the virtual clock showed at a real instant."""
        if not self._real:
            return real
        return self._virtual[max(0, bisect.bisect_right(self._real, real) - 1)]

    def stamp(self, text: str) -> str:
        """An RFC 3339 stamp of the server in virtual time; anything else as it is."""
        found = _STAMP.fullmatch(text)
        if not found or text == NEVER:
            return text
        seconds = int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
        return rfc3339(self.virtual(seconds * 10**9 + int((found[2] or "0").ljust(9, "0")[:9])))

    def rewrite(self, frame: Frame, is_api: bool) -> None:
        """Put virtual time into a message from the server, wherever it carries the server's time."""
        if not self.active:
            return
        for header in TIMED_HEADERS:
            if header in frame.headers:
                frame.headers[header] = self.stamp(frame.headers[header])
                frame.changed()
        if frame.reply.startswith("$JS.ACK."):
            place = AckSubject.parse(frame.reply)
            frame.reply = place.at(self.virtual(place.time))
            frame.changed()
        if (is_api or frame.subject.startswith("$JS.EVENT.")) and frame.body[:1] == b"{":
            try:
                body = json.loads(frame.body)
            except ValueError:
                return
            frame.body = json.dumps(self._walk(body), separators=(",", ":")).encode()
            frame.changed()

    def _walk(self, value: Any, field: str = "") -> Any:
        if isinstance(value, dict):
            return {k: v if k == "config" else self._walk(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._walk(one) for one in value]
        if field == "hdrs" and isinstance(value, str):
            return self._in_headers(value)
        return self.stamp(value) if field in STAMPS and isinstance(value, str) else value

    def _in_headers(self, coded: str) -> str:
        lines = base64.b64decode(coded).decode("utf-8", "replace").split("\r\n")
        for at, line in enumerate(lines):
            name, _, value = line.partition(": ")
            if name in TIMED_HEADERS:
                lines[at] = f"{name}: {self.stamp(value)}"
        return base64.b64encode("\r\n".join(lines).encode()).decode()


def rfc3339(nanoseconds: int) -> str:
    """Nanoseconds since 1970 as the server writes them."""
    seconds, rest = divmod(nanoseconds, 10**9)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"


def is_api_answer(subject_asked: str) -> bool:
    """Whether the answer to a request on this subject is JSON of the server's own."""
    return subject_asked.startswith(API) and not subject_asked.startswith("$JS.API.DIRECT.")
