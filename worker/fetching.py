"""Taking messages from queues: in batches, and never more than there is room for.

What is asked for may be delivered at any moment, so no more is outstanding than slots are free: a message that
waits in a worker is one that an idle worker does not get. A single queue has one request outstanding for all
free slots. Several queues cannot each have that; they are asked in turn what they have, and only while all are
empty each of them gets a waiting request for one message, and for a short time. When one is answered there may
be no room for the others: what they still bring is held until there is room, or given back soon.

A request that waits is not taken back while the worker runs. It ends when nobody listens to its inbox any more, but
what the server is just sending there is lost then, and delivered again only after ack_wait.

The library's `fetch` is not used: it asks anew for every batch, and takes a job with a header called `Status`
for a word of the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import nats.errors

from worker.exceptions import ServerUnavailableError, describe_error
from worker.pulling import Pull
from worker.runner import stopping
from worker.signals import Signal
from worker.storage import ensure_consumer, ensure_jobs_stream

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.aio.msg import Msg

    from worker.settings import Settings

logger = logging.getLogger(__name__)

# Slots become free one by one; those of a moment are asked for together, and two thirds of all at once.
LINGER = 0.004
# Among several queues, one that was empty is not asked again for so long.
EMPTY_PAUSE = 0.05
# So long each of several empty queues is waited for; afterwards it is asked again.
IDLE = 1.0
# A message for which there is no room waits so long for some, and then somebody else may have it.
HELD = 1.0


class Fetcher:
    """Hands messages to `accept` while there is room."""

    def __init__(
        self,
        nc: NATS,
        settings: Settings,
        queues: Sequence[str],
        slots: int,
        room: Callable[[], int],
        accept: Callable[[str, Msg], None],
    ) -> None:
        self._nc = nc
        self._settings = settings
        self._enough = max(1, slots * 2 // 3)
        self._room = room
        self._accept = accept
        self._held: deque[tuple[float, str, Msg]] = deque()
        self._changed = Signal()
        self._pulls = deque(Pull(nc, settings, queue, self._arrived) for queue in queues)
        # Those that wait while all queues are empty; a single queue needs none.
        self._waiting = [Pull(nc, settings, queue, self._arrived) for queue in queues if len(queues) > 1]
        self._empty_until: dict[str, float] = {}

    def wake(self) -> None:
        """There is more room."""
        if self._has_enough_to_do():
            return
        self._changed.set()

    def _has_enough_to_do(self) -> bool:
        """Whether a single queue need not be asked now: each job that ends would wake us for nothing."""
        if len(self._pulls) > 1 or self._held:
            return False
        outstanding = self._pulls[0].outstanding
        return outstanding > 0 and self._room() - outstanding < self._enough

    def reset(self) -> None:
        """What was asked for before the connection broke is forgotten."""
        for pull in self._all():
            pull.outstanding = 0
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while not stopping():
                try:
                    await self._round()
                except (nats.errors.Error, OSError) as error:
                    await self._recover(describe_error(error))
                for pull in self._all():
                    if pull.refusal:
                        refusal, pull.refusal = pull.refusal, ""
                        await self._recover(refusal)
        finally:
            await self._give_back()

    def _arrived(self, pull: Pull, message: Msg | None) -> None:
        if message is not None:
            if self._room() > 0 and not self._held:
                self._accept(pull.queue, message)
            else:
                self._held.append((self._now(), pull.queue, message))
        self.wake()

    async def _round(self) -> None:
        self._changed.clear()
        if not self._nc.is_connected:
            if self._nc.is_closed:
                raise ServerUnavailableError("The connection to NATS is closed for good")
            await self._wait(self._settings.fetch_pause)  # requests would be kept, and all be sent at the end
            return
        for pull in self._pulls:
            await pull.open()
        while self._held and self._room() > 0:
            _, queue, message = self._held.popleft()
            self._accept(queue, message)
        if self._held:
            await self._hold()
        elif self._room() <= 0:
            await self._changed.wait()
        elif len(self._pulls) == 1:
            await self._one_queue(self._pulls[0])
        else:
            await self._several_queues()

    async def _one_queue(self, pull: Pull) -> None:
        missing = self._room() - pull.outstanding
        many = missing >= self._enough
        if missing > 0 and not pull.outstanding and not many:
            before = 0
            while before < self._room() < self._enough:
                before = self._room()
                await asyncio.sleep(LINGER)
            missing = self._room()
        if missing > 0 and (many or not pull.outstanding):
            await pull.request(missing, self._settings.fetch_timeout)
        await self._wait(pull.time_left())
        pull.expire()

    async def _several_queues(self) -> None:
        for _ in range(len(self._pulls)):
            pull = self._pulls[0]
            if self._empty_until.get(pull.queue, 0.0) > self._now():
                self._pulls.rotate(-1)
                continue
            before = pull.received
            await pull.request(self._room(), None)
            while pull.outstanding:
                self._changed.clear()
                await self._wait(pull.time_left())
                pull.expire()
            if pull.received > before:
                self._pulls.rotate(-1)  # the next one's turn
                return
            self._empty_until[pull.queue] = self._now() + EMPTY_PAUSE
            self._pulls.rotate(-1)
        await self._until_one_has_something()

    async def _until_one_has_something(self) -> None:
        received = self._received()
        while self._room() > 0 and self._received() == received and not any(pull.refusal for pull in self._waiting):
            self._changed.clear()
            for pull in self._waiting:
                pull.expire()
                if not pull.outstanding:
                    await pull.request(1, min(IDLE, self._settings.fetch_timeout))
            await self._wait(min(pull.time_left() for pull in self._waiting))
            if not self._nc.is_connected:
                break
        self._empty_until.clear()

    def _received(self) -> int:
        return sum(pull.received for pull in self._waiting)

    def _all(self) -> list[Pull]:
        return [*self._pulls, *self._waiting]

    async def _hold(self) -> None:
        since, _, message = self._held[0]
        if (left := since + HELD - self._now()) > 0:
            await self._wait(left)
            return
        self._held.popleft()
        await message.nak()

    async def _wait(self, seconds: float) -> None:
        await self._changed.wait(max(0.0, seconds))

    async def _recover(self, reason: str) -> None:
        if self._nc.is_closed:
            raise ServerUnavailableError("The connection to NATS is closed for good")
        logger.warning("The queues do not answer: %s", reason)
        self.reset()
        await asyncio.sleep(self._settings.fetch_pause)
        js = self._nc.jetstream(timeout=self._settings.request_timeout)
        with contextlib.suppress(nats.errors.Error, OSError):
            await ensure_jobs_stream(js, self._settings)  # somebody may have deleted it, or the consumer
            for pull in self._pulls:
                await ensure_consumer(js, self._settings, pull.queue)

    async def _give_back(self) -> None:
        """Jobs may have arrived while this was being cancelled: others need not wait for ack_wait."""
        with contextlib.suppress(nats.errors.Error, OSError):
            for pull in self._all():
                await pull.take_back()
        with contextlib.suppress(nats.errors.Error, OSError):
            while self._held:
                await self._held.popleft()[2].nak()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
