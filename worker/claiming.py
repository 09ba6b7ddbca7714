"""Having a worker id that somebody else had: a worker with a fixed id was killed, and is started again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from worker.exceptions import WorkerIdTakenError
from worker.roster import list_workers
from worker.states import worker_key

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814

    from worker.settings import Settings

logger = logging.getLogger("worker.worker")


async def claim_id(nc: NATS, settings: Settings, worker_id: str, register: Callable[[], Awaitable[None]]) -> None:
    """Register; while the id belongs to a worker that has fallen silent, wait until the server forgets that one."""
    said: float | None = None
    while True:
        try:
            return await register()
        except WorkerIdTakenError as error:
            age = await _silent_for(nc, settings, worker_id)
            if age is None:
                continue  # forgotten since
            if said is not None and age < said:
                raise  # it spoke again: it lives
            if said is None:
                left = max(0.0, settings.workers_ttl - age)
                logger.warning(
                    "%s; it spoke %.0f s ago. If it does not again, the id is free in %.0f s", error, age, left
                )
            said = age
            await asyncio.sleep(min(1.0, settings.heartbeat_interval))


async def _silent_for(nc: NATS, settings: Settings, worker_id: str) -> float | None:
    """Seconds since the last word of a worker, by the server's clock; None if it has no record."""
    for info in await list_workers(nc, settings):
        if info.record is not None and worker_key(info.worker_id) == worker_key(worker_id):
            return info.age
    return None
