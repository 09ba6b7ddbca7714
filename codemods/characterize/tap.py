"""A tap on the wire: a TCP proxy, in its own thread, that sees each frame between clients and the server.

It subscribes to nothing that a client speaks about: interest in a subject changes how the server answers
(a request that nobody serves is refused at once only while nobody listens). Gated, it works in lock-step:
one frame of one client passes, and the next only when the server has done all that follows from the
first.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from codemods.characterize.ages import Ages
from codemods.characterize.consumers import Consumers
from codemods.characterize.frame_pipeline import FramePipeline
from codemods.characterize.frames import Frame
from codemods.characterize.link import Link
from codemods.characterize.observer import Observer
from codemods.characterize.records import LinkEvent, Record
from codemods.characterize.servertime import ServerTime
from codemods.characterize.timers import Timers
from codemods.characterize.turns import Turns

T = TypeVar("T")
_monotonic = time.monotonic
HOST = "127.0.0.1"


class Tap:
    """Point clients at `url`; what passes is appended to `records`."""

    def __init__(self, server_host: str, server_port: int) -> None:
        self.server = (server_host, server_port)
        self.records: list[Record] = []
        self.links: list[Link] = []
        self.gated = False  # lock-step: frames wait for `release`
        self.going = False  # the server is a lame duck
        self.working = False  # a frame is on its way, or a timer of the server is
        self.failure: BaseException | None = None
        self.stirred = threading.Event()  # set whenever something happened
        self.elapsed = self._real_elapsed
        self.rest: Callable[[], None] = lambda: None  # in lock-step: wait until nothing of the tap's is half done
        self.server_time = ServerTime()
        self.timers = Timers()
        self._started = _monotonic()
        self._numbers = itertools.count(1)
        self._unnamed = 0
        self._reserve = self._bind()
        self.port: int = self._reserve.getsockname()[1]
        self._listener: asyncio.Server | None = None
        self._turns = Turns()
        self.whole = self._turns.lock  # held by whoever, not being on the tap's thread, looks at its links
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop(self._turns)
        self.loop.time = _monotonic  # this loop lives on real time, whatever happens to `time`
        self.observer = Observer(server_host, server_port, self._observed)
        self.consumers = Consumers(self.observer, self.timers, lambda: self.elapsed(), self._anybody_listens)
        self.ages = Ages(self.observer, self.timers, lambda: self.elapsed(), self._expired)
        self.pipeline = FramePipeline(self)
        self._thread = threading.Thread(target=self._run, name="nats tap", daemon=True)
        self._thread.start()
        self.call(self._open())

    @property
    def url(self) -> str:
        """Where clients connect to be recorded."""
        return f"nats://{HOST}:{self.port}"

    def _real_elapsed(self) -> float:
        return _monotonic() - self._started

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        with self.whole:
            self.loop.run_forever()

    def _bind(self, port: int = 0) -> socket.socket:
        """A socket on the port; the first one never listens, and keeps it ours while clients are refused."""
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind((HOST, port))
        return one

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the tap's thread, and wait for it."""
        done = threading.Event()
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        future.add_done_callback(lambda _: done.set())
        done.wait()  # not future.result(timeout): its clock may be standing still
        return future.result()

    def stir(self) -> None:
        self.stirred.set()

    # -- connections -------------------------------------------------------------------------------

    async def _open(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, sock=self._bind(self.port), limit=2**21)

    async def _refuse(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(self, next(self._numbers), reader, writer, writer.get_extra_info("peername")[1])
        self.links.append(link)
        self.stir()
        try:
            await link.run(*self.server)
        except asyncio.CancelledError:
            pass  # the tap is closing; asyncio's own callback would complain
        finally:
            link.over = True
            self.stir()

    def name_for(self, link: Link, name: str | None) -> str:
        """The name that a client gives itself, else a number; with another number when it comes again."""
        if not name:
            self._unnamed += 1
        link.name = name or f"c{self._unnamed}"
        earlier = sum(1 for one in self.links if one.named and one.name.split("#")[0] == link.name)
        link.name += f"#{earlier + 1}" if earlier else ""
        self.event(link, "connect")
        return link.name

    async def lost(self, link: Link) -> None:
        """One side of a connection is gone."""
        if not link.closed:
            if link.named:
                self.event(link, "disconnect")
            link.close()
        await self._left(link)

    async def _left(self, link: Link) -> None:
        self.pipeline.forget(link)
        try:
            await self.consumers.left(link)
        except OSError:
            pass  # the server is gone too
        self.stir()

    def _anybody_listens(self, subject: str) -> bool:
        return any(link.hears(subject) for link in self.links if not link.closed)

    def event(self, link: Link | None, what: str) -> None:
        """Put a line about a connection, or about the server, on record."""
        self.records.append(LinkEvent(self.elapsed(), link.name if link else "server", what))

    # -- frames ------------------------------------------------------------------------------------

    async def pass_on(self, link: Link, frame: Frame) -> None:
        """Without lock-step: let a frame through at once."""
        await self.pipeline.client_frame(link, frame, wait=False)

    def from_server(self, link: Link, frame: Frame) -> None:
        """A message for a client."""
        self.pipeline.server_frame(link, frame)

    def _observed(self, frame: Frame) -> None:
        self.consumers.came(frame)

    async def _expired(self, stream: str, subject: str) -> None:
        name = subject.removeprefix("$KV.").replace(".", "/", 1) if subject.startswith("$KV.") else subject
        self.event(None, f"expired {name}")
        await self.barrier()
        await self.consumers.settle({stream})

    async def barrier(self, first: Link | None = None) -> None:
        """Return when the server has handled what came in, and all clients have what follows from it."""
        if first:
            await first.ping()
        await asyncio.gather(*(one.ping() for one in self.links if one.greeted), self.observer.ping())

    # -- lock-step: called by the clock's thread ---------------------------------------------------

    def release(self, order: Callable[[int, int], int]) -> bool:
        """Let the frame that was sent first pass, and all that follows from it; False when none waits.

        `order` tells, by the client's port and the place in what it sent, the frame's place among all.
        """
        waiting = [one for one in self.links if one.inbox and not one.closed]
        if waiting:
            link = min(waiting, key=lambda one: (order(one.key, one.inbox[0].start), one.number))
            self.work(self._release(link))
        return bool(waiting)

    async def _release(self, link: Link) -> None:
        if link.inbox and not link.closed:
            await self.pipeline.client_frame(link, link.inbox.popleft(), wait=True)

    def fire(self, now: float) -> None:
        """Let the server do what is due by now."""
        self.work(self.timers.fire(now))

    def work(self, work: Coroutine[Any, Any, None]) -> None:
        self.working = True
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self._guarded(work)))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except OSError:
            pass  # the server went away in the middle: its clients are told by their own connections
        except Exception as error:
            self.failure = error
        finally:
            self.working = False
            self.stir()

    # -- faults: what `faults` does to connections -------------------------------------------------

    def refuse(self) -> None:
        """From now on nobody can connect."""
        self.rest()
        self.call(self._refuse())

    def accept(self) -> None:
        """Clients can connect again, on the same port."""
        self.call(self._open())

    def cut(self, name: str | None = None) -> None:
        """Break the connections there are, or that of one client."""
        self.rest()
        self.call(self.cut_off(name))

    async def cut_off(self, name: str | None) -> None:
        for link in self.links:
            if not link.closed and name in (None, link.name, link.name.split("#")[0]):
                self.event(link, "cut")
                link.close()
                await self._left(link)

    def lame_duck(self, tell: Callable[[], None]) -> None:
        """The server is to go, once `tell` has told it; return when all its clients know."""
        self.refuse()
        self.event(None, "lame duck")
        self.call(self._lame_duck(tell))

    async def _lame_duck(self, tell: Callable[[], None]) -> None:
        await self.observer.ping()
        open_links = [one for one in self.links if one.greeted and not one.closed]
        for link in open_links:
            link.told = self.loop.create_future()
        self.going = self.observer.unheard = True
        tell()
        await asyncio.gather(*(one.told for one in open_links if one.told))
        await self.observer.ping()  # what JetStream said at its end, it said before
        self.consumers.end()

    def stay(self) -> None:
        """The server is there again, for good."""
        self.going = self.observer.unheard = False
        self.timers.catch_up()

    def close(self) -> None:
        """End all connections and the thread."""
        self.call(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        self._reserve.close()

    async def _close(self) -> None:
        await self._refuse()
        for link in self.links:
            link.close()
        self.observer.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
