"""Taking messages from one queue, one at a time, while there is room for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import nats.errors

from worker.exceptions import ServerUnavailableError, describe_error
from worker.runner import stopping
from worker.storage import ensure_consumer

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from worker.settings import Settings

logger = logging.getLogger(__name__)


async def fetch_loop(
    nc: NATS,
    settings: Settings,
    queue: str,
    room: asyncio.Event,
    accept: Callable[[str, Msg], Awaitable[None]],
) -> None:
    """Hand each message of a queue to `accept`, asking only while there is `room`; until cancelled."""
    js = nc.jetstream(timeout=settings.request_timeout)
    pull = await js.pull_subscribe_bind(settings.consumer_name(queue), settings.jobs_stream)
    try:
        while not stopping():
            await room.wait()
            try:
                for message in await pull.fetch(1, timeout=settings.fetch_timeout):
                    await accept(queue, message)
            except nats.errors.TimeoutError:
                continue  # no job
            except (nats.errors.Error, OSError) as error:
                if nc.is_closed:
                    raise ServerUnavailableError("The connection to NATS is closed for good") from error
                logger.warning("Queue %s does not answer: %s", queue, describe_error(error))
                await asyncio.sleep(settings.fetch_pause)
                with contextlib.suppress(nats.errors.Error, OSError):
                    await ensure_consumer(js, settings, queue)  # somebody may have deleted it
    finally:
        await _give_back(pull)


async def _give_back(pull: JetStreamContext.PullSubscription) -> None:
    """Jobs may have arrived while the fetch was being cancelled: others need not wait for ack_wait."""
    with contextlib.suppress(nats.errors.Error, OSError):
        if pull.pending_msgs:
            for message in await pull.fetch(pull.pending_msgs, timeout=0.1):
                await message.nak()
        await pull.unsubscribe()
