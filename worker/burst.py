"""Ending when there is nothing left to do: `run --burst`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from worker.connection import insist

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from worker.settings import Settings

LOOK_INTERVAL = 0.2


async def stop_when_empty(
    js: JetStreamContext, settings: Settings, queues: Sequence[str], idle: Callable[[], bool], stop: Callable[[], None]
) -> None:
    """Stop as soon as no job is in hand, none waits in the queues, and none is due for another attempt there."""
    while True:
        if idle() and not await _left(js, settings, queues) and idle():
            stop()
            return
        await asyncio.sleep(LOOK_INTERVAL)


async def _left(js: JetStreamContext, settings: Settings, queues: Sequence[str]) -> int:
    left = 0
    for queue in queues:
        name = settings.consumer_name(queue)
        info = await insist(lambda name=name: js.consumer_info(settings.jobs_stream, name), settings.record_pauses)
        left += (info.num_pending or 0) + (info.num_ack_pending or 0)
    return left
