"""One connection through the tap: a client on one side, the server on the other."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from codemods.characterize.frames import Frame, matches, read_frame
from codemods.characterize.meters import writable
from codemods.characterize.observer import settle
from codemods.characterize.ports import Proxy


class Link:
    """Reads both sides; what the client says waits in `inbox` until the tap lets it pass."""

    def __init__(
        self, tap: Proxy, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, at: int
    ) -> None:
        self.tap, self.number, self.name = tap, number, f"c{number}"
        self.key: int = at  # the client's port, by which both ends know the connection
        self.client_reader, self.client_writer = reader, writer
        self.server_reader: asyncio.StreamReader | None = None
        self.server_writer: asyncio.StreamWriter | None = None
        self.inbox: deque[Frame] = deque()
        self.got = self.sent = 0  # bytes from, and to, the client
        self.greeted = self.named = self.closed = False
        self.over = False  # closed, and nothing of it is left to do
        self.subscriptions: dict[str, str] = {}
        self.told: asyncio.Future[None] | None = None  # that the server is to go
        self._pongs: deque[tuple[asyncio.Future[None], bool]] = deque()
        self._pumps: list[asyncio.Task[None]] = []

    async def run(self, host: str, port: int) -> None:
        """Connect to the server and serve until one side is gone."""
        try:
            self.server_reader, self.server_writer = await asyncio.open_connection(host, port, limit=2**21)
        except OSError:
            self.close()
            return
        if self.closed:  # meanwhile
            self.server_writer.close()
            return
        pumps = [self._from_client(), self._from_server()]
        self._pumps = [asyncio.create_task(one) for one in pumps]
        try:
            await asyncio.wait(self._pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self.tap.lost(self)

    async def _from_client(self) -> None:
        while frame := await read_frame(self.client_reader):
            frame.start = self.got
            self.got += len(frame.raw)
            if frame.verb == "PONG":
                self.to_server(frame)
            else:
                await self._say(frame)
        await self._say(Frame("END", start=self.got))
        await asyncio.Event().wait()  # whoever handles the end closes the link, and this with it

    async def _say(self, frame: Frame) -> None:
        if self.tap.gated:
            self.inbox.append(frame)
            self.tap.stir()
        else:
            await self.tap.pass_on(self, frame)

    def introduce(self, frame: Frame) -> None:
        """The client's CONNECT says how it is called."""
        name = json.loads(frame.args[0] or "{}").get("name")
        self.name = self.tap.name_for(self, name)
        self.named = True

    @property
    def handed_over(self) -> bool:
        """Whether the kernel has all that it takes of what the client is sent."""
        transport = self.client_writer.transport
        return not transport.get_write_buffer_size() or not writable(transport.get_extra_info("socket"))

    @property
    def hung_up(self) -> bool:
        """Whether it is known that the client is gone, handled or not."""
        return self.closed or bool(self.inbox and self.inbox[-1].verb == "END")

    async def _from_server(self) -> None:
        assert self.server_reader
        while frame := await read_frame(self.server_reader):
            if frame.verb == "PING" and self.server_writer:
                self.server_writer.write(b"PONG\r\n")
            elif frame.verb == "PONG":
                self._pong(frame)
            elif frame.verb in ("MSG", "HMSG"):
                self.tap.from_server(self, frame)
            else:
                self.greeted = self.greeted or frame.verb == "INFO"
                if self.told and frame.verb == "INFO" and json.loads(frame.args[0]).get("ldm"):
                    settle(self.told, None)
                if frame.verb == "-ERR":
                    self.tap.event(self, f"server says {frame.args[0]}")
                self.to_client(frame.encode())

    def to_server(self, frame: Frame) -> None:
        if self.server_writer and not self.server_writer.is_closing():
            self.server_writer.write(frame.encode())

    def to_client(self, data: bytes) -> None:
        if not self.closed:
            self.sent += len(data)
            self.client_writer.write(data)
            self.tap.stir()

    def give(self, frame: Frame, inbox: str = "") -> None:
        """Hand the client a message of the kit's, on the subscription that takes `inbox`."""
        wanted = inbox or frame.subject
        for sid, pattern in self.subscriptions.items():
            if matches(pattern, wanted):
                frame.sid = sid
                frame.changed()
                self.tap.from_server(self, frame)
                return

    def _pong(self, frame: Frame) -> None:
        if self._pongs:
            future, for_client = self._pongs.popleft()
            if for_client:  # now, so that it keeps its place before what follows it
                self.to_client(frame.encode())
            settle(future, None)

    async def ping(self, for_client: bool = False) -> None:
        """Return when the server has handled all that came this way, and its messages are here."""
        if self.closed or not self.server_writer:
            return
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append((pong, for_client))
        self.server_writer.write(b"PING\r\n")
        await pong

    def note_subscription(self, frame: Frame) -> None:
        """Keep up with the client's SUB and UNSUB."""
        if frame.verb == "SUB":
            self.subscriptions[frame.args[-1]] = frame.args[0]
        elif len(frame.args) == 1:
            self.subscriptions.pop(frame.args[0], None)

    def hears(self, subject: str) -> bool:
        """Whether a subscription of the client takes this subject."""
        return any(matches(one, subject) for one in self.subscriptions.values())

    def close(self) -> None:
        """End both sides; the client sees the end of the stream."""
        if self.closed:
            return
        self.closed = True
        self.inbox.clear()
        self.client_writer.close()
        if self.server_writer:
            self.server_writer.close()
        current = asyncio.current_task()
        for pump in self._pumps:
            if pump is not current:
                pump.cancel()
        while self._pongs:
            settle(self._pongs.popleft()[0], None)
        if self.told:
            settle(self.told, None)
        self.tap.stir()
