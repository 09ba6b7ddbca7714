"""Messages grow old in virtual time: `max_age` of streams (the TTL of buckets) and TTLs of single messages.

The server counts real seconds, of which a test takes none. So what would have expired is removed when the
virtual clock gets there, in the way the server does it: with a marker where the stream wants markers,
without a trace else.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from codemods.characterize.describe import API, TTL
from codemods.characterize.observer import Observer
from codemods.characterize.records import Operation
from codemods.characterize.timers import Timers

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
Expired = Callable[[str, str], Awaitable[None]]


def seconds(text: str | None) -> float | None:
    """What a `Nats-TTL` header says: whole seconds, or a number with a unit; None when it never ends."""
    if not text or text == "never":
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text)
    return sum(float(number) * UNITS[unit or "s"] for number, unit in parts) or None


class Ages:
    """Sets a timer for each message that the server took, and removes the message when it is due."""

    def __init__(self, observer: Observer, timers: Timers, now: Callable[[], float], expired: Expired) -> None:
        self.observer, self.timers, self.now, self.expired = observer, timers, now, expired
        self._configs: dict[str, dict[str, Any]] = {}

    async def _config(self, stream: str) -> dict[str, Any]:
        if stream not in self._configs:
            answer = await self.observer.request(f"{API}STREAM.INFO.{stream}")
            self._configs[stream] = json.loads(answer.body).get("config", {})
        return self._configs[stream]

    def forget(self, stream: str) -> None:
        """The stream's configuration was changed, so it is asked for anew."""
        self._configs.pop(stream, None)

    async def stored(self, operation: Operation, answer: dict[str, Any]) -> None:
        """The server acknowledged a message; see when it would expire."""
        stream, seq = answer["stream"], answer["seq"]
        config = await self._config(stream)
        limits = [config.get("max_age", 0) / 1e9 or None, seconds(operation.ttl)]
        life = min((one for one in limits if one), default=None)
        if life and not answer.get("duplicate"):
            self._expire_in(life, stream, operation.subject, seq)

    def _expire_in(self, life: float, stream: str, subject: str, seq: int) -> None:
        async def due() -> None:
            await self.expire(stream, subject, seq)

        self.timers.at(self.now() + life, due)

    async def expire(self, stream: str, subject: str, seq: int) -> None:
        """Remove one message as the server does with one that is too old."""
        answer = await self.observer.request(f"{API}STREAM.MSG.GET.{stream}", json.dumps({"seq": seq}).encode())
        if b'"error"' in answer.body[:200] and "error" in json.loads(answer.body):
            return  # replaced, deleted or gone in the meantime
        marker_life = (await self._config(stream)).get("subject_delete_marker_ttl", 0) / 1e9
        was_marker = b"hdrs" in answer.body and "Nats-Marker-Reason" in _headers(json.loads(answer.body))
        if marker_life and not was_marker and await self._is_last(stream, subject, seq):
            headers = {"Nats-Marker-Reason": "MaxAge", TTL: f"{marker_life:g}s", "Nats-Rollup": "sub"}
            stored = json.loads((await self.observer.request(subject, b"", headers)).body)
            if "seq" in stored:
                self._expire_in(marker_life, stream, subject, stored["seq"])
        else:
            await self._remove(stream, subject, seq)
        if not was_marker:
            await self.expired(stream, subject)

    async def _is_last(self, stream: str, subject: str, seq: int) -> bool:
        body = json.dumps({"last_by_subj": subject}).encode()
        answer = await self.observer.request(f"{API}STREAM.MSG.GET.{stream}", body)
        return json.loads(answer.body).get("message", {}).get("seq") == seq

    async def _remove(self, stream: str, subject: str, seq: int) -> None:
        """Delete the message; buckets forbid that, but not to purge what is older than the next one."""
        body = json.dumps({"seq": seq, "no_erase": True}).encode()
        answer = await self.observer.request(f"{API}STREAM.MSG.DELETE.{stream}", body)
        if "error" in json.loads(answer.body):
            body = json.dumps({"filter": subject, "seq": seq + 1}).encode()
            await self.observer.request(f"{API}STREAM.PURGE.{stream}", body)


def _headers(message: dict[str, Any]) -> str:
    return base64.b64decode(message["message"].get("hdrs", "")).decode("utf-8", "replace")
