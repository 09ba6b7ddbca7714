"""Messages that the server gives up on: it says so in an advisory, some time later, which streams may keep.

In lock-step the word is waited for, since its place among the others, and its time, would else be left to chance.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

from codemods.characterize.describe import API
from codemods.characterize.observer import Observer

SUBJECT = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES"
WITHIN = 10.0  # real seconds for an advisory that the server owes
_monotonic = time.monotonic


async def advisory_is_kept(observer: Observer, stream: str, consumer: str, seq: int) -> None:
    """Return when each stream that keeps such advisories has the one about this message."""
    subject = f"{SUBJECT}.{stream}.{consumer}"
    found = await _ask(observer, "STREAM.NAMES", {"subject": subject})
    limit = _monotonic() + WITHIN
    for keeper in found.get("streams") or []:
        while not await _has(observer, keeper, subject, seq):
            if _monotonic() > limit:
                raise TimeoutError(f"the server did not say that it gave up message {seq} of {stream} {consumer}")
            await asyncio.sleep(0.001)


async def _has(observer: Observer, keeper: str, subject: str, seq: int) -> bool:
    place = 0
    while True:
        answer = await _ask(observer, f"STREAM.MSG.GET.{keeper}", {"seq": place + 1, "next_by_subj": subject})
        if "message" not in answer:
            return False
        if json.loads(base64.b64decode(answer["message"]["data"])).get("stream_seq") == seq:
            return True
        place = answer["message"]["seq"]


async def _ask(observer: Observer, what: str, body: dict[str, Any]) -> dict[str, Any]:
    return json.loads((await observer.request(API + what, json.dumps(body).encode())).body)
