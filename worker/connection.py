"""Connecting to a server, with an answer in bounded time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client as NATS  # noqa: N814 -- the name that the library's documentation uses

from worker.access import Access, shown, split_urls
from worker.exceptions import BeingWrittenError, ServerUnavailableError, describe_error

logger = logging.getLogger(__name__)

T = TypeVar("T")

RECONNECT_PAUSE = 0.5

# The server is away, or the stream has no leader: the same call may succeed a little later.
TRANSIENT_ERRORS = (
    nats.errors.TimeoutError,
    nats.errors.NoRespondersError,
    nats.errors.OutboundBufferLimitError,
    nats.js.errors.NoStreamResponseError,
    nats.js.errors.ServiceUnavailableError,
    BeingWrittenError,
)


CONNECTION_ERRORS = (
    nats.errors.ConnectionClosedError,
    nats.errors.ConnectionDrainingError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.StaleConnectionError,
    nats.errors.UnexpectedEOF,
)


async def connect(url: str | Sequence[str], within: float, access: Access | None = None, **options: Any) -> NATS:
    """Connect or raise ServerUnavailableError `within` so many seconds; once connected, reconnect for ever.

    The library's own limit on tries holds for reconnecting as well, and its pauses add up to two minutes:
    hence the outer timeout.
    """
    servers = split_urls(url)
    options |= (access or Access()).options()
    last_error: Exception | None = None
    connected = False
    report = options.pop("error_cb", None)

    async def on_error(error: Exception) -> None:
        nonlocal last_error
        last_error = error
        if connected and report is not None:
            await report(error)

    try:
        async with asyncio.timeout(within):
            client = await nats.connect(
                servers,
                error_cb=on_error,
                connect_timeout=max(1, int(within)),
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_PAUSE,  # type: ignore[arg-type]
                **options,
            )
    except TimeoutError:
        reason = f": {last_error}" if last_error else ""
        raise ServerUnavailableError(f"No NATS server answers at {shown(servers)}{reason}") from None
    except (OSError, ValueError, ImportError) as error:  # the last: for ws:// the library needs another one
        raise ServerUnavailableError(f"No NATS server answers at {shown(servers)}: {error}") from error
    connected = True
    return client


def is_outage(error: BaseException) -> bool:
    """Whether the server is away, or this process from it; else the call itself is what is wrong."""
    if isinstance(error, (*TRANSIENT_ERRORS, *CONNECTION_ERRORS)):
        return True
    return isinstance(error, OSError)


async def insist(call: Callable[[], Awaitable[T]], pauses: Iterable[float]) -> T:
    """Call again, after a pause each, while the server is away; the last time let the error through."""
    for pause in pauses:
        try:
            return await call()
        except TRANSIENT_ERRORS as error:
            reason = describe_error(error)
            logger.warning("The server does not answer (%s), next try in %g s", reason, pause)
            await asyncio.sleep(pause)
    return await call()


async def outlast(call: Callable[[], Awaitable[T]], pauses: Iterable[float], else_: str) -> T:
    """As `insist`; the last time it raises a ServerUnavailableError that says what is not known or done `else_`."""
    try:
        return await insist(call, pauses)
    except TRANSIENT_ERRORS as error:
        raise ServerUnavailableError(f"The server does not answer ({describe_error(error)}): {else_}") from error


async def close(nc: NATS) -> None:
    """Close a connection, whatever state it is in: with the server gone the library fails in ways of its own."""
    with contextlib.suppress(Exception):
        await nc.close()
