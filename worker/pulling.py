"""Asking the consumer of one queue for messages, and knowing how many are still to come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    from worker.settings import Settings

# What a message of a stream is answered to; the server's own words about a request have no such address.
ACK = "$JS.ACK."
# How much later than the server we hold a request for over: its word that it is may have been lost.
GRACE = 1.0

NO_MESSAGES, TIMEOUT, HEARTBEAT = "404", "408", "100"


class Pull:
    """The requests of a worker to one queue."""

    def __init__(self, nc: NATS, settings: Settings, queue: str, arrived: Callable[[Pull, Msg | None], None]) -> None:
        self.queue = queue
        self.outstanding = self.received = 0
        # Why the server refused the last request, if it did.
        self.refusal = ""
        self._nc = nc
        self._settings = settings
        self._arrived = arrived
        self._subscription: Subscription | None = None
        self._deadline = 0.0
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{settings.jobs_stream}.{settings.consumer_name(queue)}"

    async def open(self) -> None:
        """Listen for what will be delivered; once that is so, this does nothing."""
        if self._subscription is None:
            self._subscription = await self._nc.subscribe(self._nc.new_inbox(), cb=self._receive)

    async def request(self, number: int, expires: float | None) -> None:
        """Ask for so many messages: for so many seconds, or (None) for what is there now."""
        await self.open()
        assert self._subscription is not None
        asked: dict[str, object] = {"batch": number}
        asked |= {"no_wait": True} if expires is None else {"expires": int(expires * 1e9)}
        self.outstanding += number
        wait = self._settings.request_timeout if expires is None else expires + GRACE
        self._deadline = asyncio.get_running_loop().time() + wait
        await self._nc.publish(self._subject, json.dumps(asked).encode(), reply=self._subscription.subject)

    def time_left(self) -> float:
        """Seconds until what is outstanding will not come any more."""
        return max(0.0, self._deadline - asyncio.get_running_loop().time())

    def expire(self) -> None:
        if self.outstanding and not self.time_left():
            self.outstanding = 0

    async def take_back(self) -> None:
        """Want nothing more. A request ends with the interest in its inbox; what was on its way still arrives."""
        if not self.outstanding or self._subscription is None:
            return
        subscription, self._subscription = self._subscription, None
        await subscription.drain()
        self.outstanding = 0

    async def _receive(self, message: Msg) -> None:
        if message.reply and message.reply.startswith(ACK):
            self.outstanding = max(0, self.outstanding - 1)
            self.received += 1
            self._arrived(self, message)
            return
        headers = message.headers or {}
        status = headers.get("Status", "")
        if status == HEARTBEAT:
            return
        # A request that is over says how many it had not got; others may still be waiting.
        pending = headers.get("Nats-Pending-Messages", "")
        self.outstanding = max(0, self.outstanding - int(pending)) if pending.isdecimal() else 0
        if status not in (NO_MESSAGES, TIMEOUT):
            description = headers.get("Description", "no responders")
            # With another leader of the consumer there is nothing wrong, only nothing asked for.
            self.refusal = "" if "Leadership Change" in description else f"{status} {description}"
        self._arrived(self, None)
