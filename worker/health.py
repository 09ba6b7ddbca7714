"""A small HTTP server for probes and Prometheus: `/healthz` and `/metrics`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

READ_TIMEOUT = 5.0
LINE_LIMIT = 8192


class Metrics(Protocol):
    """What is counted of jobs."""

    def ended(self, queue: str, function: str, outcome: str, seconds: float) -> None: ...
    def text(self) -> tuple[bytes, str]:
        """What Prometheus reads, and its type."""
        ...


@asynccontextmanager
async def health_server(
    host: str, port: int, health: Callable[[], dict[str, Any]], metrics: Metrics | None = None
) -> AsyncIterator[int]:
    """Answer until the end of the block; the port, if 0 was given. `health()["ok"]` decides between 200 and 503."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(READ_TIMEOUT):
                line = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                writer.write(_response(line.decode("latin-1").split(" "), health, metrics))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, port, limit=LINE_LIMIT)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _response(request: list[str], health: Callable[[], dict[str, Any]], metrics: Metrics | None) -> bytes:
    path = request[1].partition("?")[0] if len(request) > 1 else ""
    if request[0] not in ("GET", "HEAD"):
        return _encode("405 Method Not Allowed", b"")
    if path == "/healthz":
        said = health()
        return _encode("200 OK" if said["ok"] else "503 Service Unavailable", json.dumps(said).encode())
    if path == "/metrics" and metrics is not None:
        return _encode("200 OK", *metrics.text())
    return _encode("404 Not Found", b"")


def _encode(status: str, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
