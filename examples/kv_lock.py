"""A lock for many processes, kept in a NATS key-value bucket.

    lock = Lock(js, "billing", owner="host-a/17")
    async with lock:
        await pay(fence=lock.fence)

Whoever creates the key has the lock. While they have it they renew the key, and the bucket's TTL takes it from
those who stop. The revision at which a lock was taken is its fence: it only ever grows, so a store that keeps
the highest one it saw can turn away who lost the lock and does not know yet.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from types import TracebackType

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import BadRequestError, KeyNotFoundError, KeyWrongLastSequenceError, NoStreamResponseError
from nats.js.kv import KeyValue

BUCKET = "locks"
TTL = 15.0  # seconds after which a lock without a sign of life is free
RENEWALS = 3  # in each TTL
logger = logging.getLogger(__name__)

UNREACHABLE = (TimeoutError, NoStreamResponseError, nats.errors.ConnectionClosedError)


class LockLostError(Exception):
    """Somebody else may have the lock by now."""


class Lock:
    """One holder's view of the lock called `name`. `on_lost` is called at most once for each time it is held."""

    def __init__(
        self,
        js: JetStreamContext,
        name: str,
        owner: str,
        *,
        ttl: float = TTL,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.owner, self.ttl = name, owner, ttl
        self._js, self._on_lost = js, on_lost
        self._kv: KeyValue | None = None
        self._value = b""
        self._revision = 0
        self._renewed_at = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self.fence = 0

    @property
    def held(self) -> bool:
        """Whether the lock is ours for sure: it was renewed, and not so long ago that it may have ended."""
        return bool(self._renewing) and time.monotonic() < self._renewed_at + self.ttl

    async def __aenter__(self) -> Lock:
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.release()

    async def acquire(self) -> int:
        """Wait for the lock, and return its fence; `async with asyncio.timeout(...)` sets a limit."""
        while not await self.try_acquire():
            await self._wait_until_free()
        return self.fence

    async def try_acquire(self) -> bool:
        """Take the lock if it is free."""
        kv = await self._bucket()
        asked_at = time.monotonic()  # from here, not from the answer: the TTL runs from some time in between
        self._value = json.dumps({"owner": self.owner, "since": time.time()}).encode()
        try:
            self._revision = self.fence = await kv.create(self.name, self._value)
        except KeyWrongLastSequenceError:
            return False
        self._renewed_at = asked_at
        self._renewing = asyncio.create_task(self._renew_for_ever(), name=f"lock {self.name}")
        logger.info("%s has %s, fence %d", self.owner, self.name, self.fence)
        return True

    async def release(self) -> None:
        """Give it back; LockLostError when it was not ours any more."""
        if not self._renewing:
            raise LockLostError(f"{self.owner} does not have {self.name}")
        renewing, self._renewing = self._renewing, None
        renewing.cancel()
        await asyncio.wait([renewing])
        kv = await self._bucket()
        try:
            await kv.delete(self.name, last=self._revision)
        except BadRequestError:  # a renewal of ours, of which we never heard, or somebody else's
            if not await self._is_ours(kv):
                raise LockLostError(f"somebody else has {self.name}") from None
            await kv.delete(self.name, last=self._revision)
        logger.info("%s gave %s back", self.owner, self.name)

    async def _bucket(self) -> KeyValue:
        if self._kv is None:
            self._kv = await self._js.create_key_value(bucket=BUCKET, history=1, ttl=self.ttl)
        return self._kv

    async def _wait_until_free(self) -> None:
        """Return when the key is gone, or may be: by its TTL it goes without a word."""
        kv = await self._bucket()
        watcher = await kv.watch(self.name, inactive_threshold=self.ttl)
        try:
            known = False
            async with asyncio.timeout(self.ttl):
                while True:
                    entry = await watcher.updates(timeout=self.ttl)
                    if entry and entry.operation in ("DEL", "PURGE"):
                        return
                    if not (entry or known):  # the end of what was there, and that was nothing
                        return
                    known = True
        except TimeoutError:
            pass
        finally:
            await watcher.stop()

    async def _renew_for_ever(self) -> None:
        kv = await self._bucket()
        while True:
            await asyncio.sleep(self.ttl / RENEWALS)
            asked_at = time.monotonic()
            try:
                async with asyncio.timeout(self.ttl / RENEWALS / 2):
                    await self._renew(kv)
                self._renewed_at = asked_at
            except LockLostError as error:
                self._lost(str(error))
                return
            except UNREACHABLE as error:
                if time.monotonic() >= self._renewed_at + self.ttl:
                    self._lost("it could not be renewed in time")
                    return
                logger.warning("%s could not renew %s: %s", self.owner, self.name, type(error).__name__)

    async def _renew(self, kv: KeyValue) -> None:
        try:
            self._revision = await kv.update(self.name, self._value, last=self._revision)
        except KeyWrongLastSequenceError:
            if not await self._is_ours(kv):
                raise LockLostError("it is somebody else's, or nobody's") from None

    async def _is_ours(self, kv: KeyValue) -> bool:
        """Whether the key is as we wrote it, if not at the revision that we know: then its answer was lost."""
        try:
            entry = await kv.get(self.name)
        except KeyNotFoundError:
            return False
        if entry.value != self._value:
            return False
        self._revision = entry.revision or 0
        return True

    def _lost(self, why: str) -> None:
        logger.error("%s lost %s: %s", self.owner, self.name, why)
        self._renewing = None
        if self._on_lost:
            self._on_lost()
