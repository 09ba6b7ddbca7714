"""Signs of life of a job that takes long: without them the server would deliver it again."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import nats.errors

from worker.exceptions import describe_error

if TYPE_CHECKING:
    from nats.aio.msg import Msg

logger = logging.getLogger("worker.worker")


class Progress:
    """Says every `interval` seconds that a message is worked on; only a timer, for most jobs are done before."""

    def __init__(self, message: Msg, interval: float) -> None:
        self._message = message
        self._interval = interval
        self._saying: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(interval, self._due)

    def stop(self) -> None:
        self._timer.cancel()
        if self._saying is not None:
            self._saying.cancel()

    def _due(self) -> None:
        self._saying = asyncio.ensure_future(self._say())
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._due)

    async def _say(self) -> None:
        try:
            await self._message.in_progress()
        except (nats.errors.Error, OSError) as error:
            logger.warning("A sign of life could not be sent: %s", describe_error(error))
