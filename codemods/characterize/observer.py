"""The kit's own connection to the server: barriers, questions, and the few things done in the server's name.

It subscribes to subjects below `_KIT.` alone, on which no subject under test speaks, so it adds no
interest anywhere.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from codemods.characterize.frames import Frame, read_frame

PREFIX = "_KIT."
_CONNECT = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "name": "observer"}

T = TypeVar("T")


def settle(future: asyncio.Future[T], value: T) -> None:
    """Give a future its result, if it still wants one."""
    if not future.done():
        future.set_result(value)


class Observer:
    """Speaks the protocol by hand, on the tap's loop. Connects when needed, also after a restart."""

    def __init__(self, host: str, port: int, on_message: Callable[[Frame], None]) -> None:
        self.host, self.port, self.on_message = host, port, on_message
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._pongs: deque[asyncio.Future[None]] = deque()
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self.unheard = False  # the server has ended JetStream, which answers nothing any more

    async def _ensure(self) -> asyncio.StreamWriter:
        if self._writer and self._reading and not self._reading.done():
            return self._writer
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=2**21)
        await read_frame(reader)  # INFO
        writer.write(f"CONNECT {json.dumps(_CONNECT)}\r\nSUB {PREFIX}answer.* 1\r\n".encode())
        self._writer = writer
        self._reading = asyncio.create_task(self._read(reader))
        return writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while frame := await read_frame(reader):
            if frame.verb == "PING" and self._writer:
                self._writer.write(b"PONG\r\n")
            elif frame.verb == "PONG" and self._pongs:
                settle(self._pongs.popleft(), None)
            elif frame.subject in self._asked:
                settle(self._asked.pop(frame.subject), frame)
            elif frame.verb in ("MSG", "HMSG"):
                self.on_message(frame)
        for waiting in [*self._pongs, *self._asked.values()]:
            if not waiting.done():
                waiting.set_exception(ConnectionError("the server is gone"))
        self._pongs.clear()
        self._asked.clear()

    async def ping(self) -> None:
        """Return when the server has handled all that was sent, and what it sent before has arrived."""
        writer = await self._ensure()
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        writer.write(b"PING\r\n")
        await pong

    async def request(self, subject: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Frame:
        """Ask, and wait for the one answer; ConnectionError when the server is not there."""
        if self.unheard:
            raise ConnectionError("the server is about to go, and JetStream is gone")
        writer = await self._ensure()
        inbox = f"{PREFIX}answer.{next(self._numbers)}"
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[inbox] = future
        writer.write(Frame("PUB", subject=subject, reply=inbox, headers=headers or {}, body=body).encode())
        return await future

    async def publish(self, subject: str, reply: str, body: bytes) -> None:
        """Say something in a client's name; answers to `reply` go to whoever listens there."""
        (await self._ensure()).write(Frame("PUB", subject=subject, reply=reply, body=body).encode())

    async def subscribe(self, subject: str) -> int:
        """Listen on a subject below `_KIT.`; messages go to `on_message`."""
        assert subject.startswith(PREFIX)
        sid = next(self._numbers) + 1
        (await self._ensure()).write(f"SUB {subject} {sid}\r\n".encode())
        return sid

    async def unsubscribe(self, sid: int) -> None:
        (await self._ensure()).write(f"UNSUB {sid}\r\n".encode())

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        if self._reading:
            self._reading.cancel()
