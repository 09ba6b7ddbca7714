"""How many bytes each client socket has sent and received: what is still on its way, exactly."""

from __future__ import annotations

import array
import asyncio
import fcntl
import itertools
import select
import socket
import termios
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Meter:
    """The account of one client socket."""

    number: int
    key: int  # the local port
    fd: int
    sent: int = 0
    received: int = 0
    ended: bool = False  # the end of the stream was seen
    closed: bool = False
    sends: deque[tuple[int, int]] = field(default_factory=deque)  # how-manieth send of all, and the bytes after it

    def sending(self, count: int) -> None:
        self.sent += count
        self.sends.append((next(_sends), self.sent))

    def sent_as(self, start: int) -> int:
        """With the how-manieth send of all the byte at `start` left; earlier ones are forgotten."""
        while self.sends and self.sends[0][1] <= start:
            self.sends.popleft()
        return self.sends[0][0] if self.sends else 0

    def arrived(self) -> int:
        """Bytes received, and those that the kernel has ready."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self.fd, termios.FIONREAD, waiting)
        return self.received + waiting[0]


def writable(sock: Any) -> bool:
    """Whether the kernel takes something to send; a socket that connects is so when that is over, well or ill."""
    return bool(select.select([], [sock], [], 0)[1])


def _connected(sock: socket.socket) -> bool:
    try:
        return bool(sock.getpeername())
    except OSError:
        return False


_by_fd: dict[int, Meter] = {}
_sends = itertools.count(1)


class _MeteredSocket(socket.socket):
    """A socket that keeps its `Meter`. No fields of its own: sockets become one after they were made."""

    __slots__ = ()

    def send(self, data: Any, flags: int = 0, /) -> int:
        count = self._noticing(lambda: super(_MeteredSocket, self).send(data, flags))
        _by_fd[self.fileno()].sending(count)
        return count

    def sendmsg(self, buffers: Any, *rest: Any) -> int:
        count = self._noticing(lambda: super(_MeteredSocket, self).sendmsg(buffers, *rest))
        _by_fd[self.fileno()].sending(count)
        return count

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        data = self._noticing(lambda: super(_MeteredSocket, self).recv(size, flags))
        self._got(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        count = self._noticing(lambda: super(_MeteredSocket, self).recv_into(buffer, nbytes, flags))
        self._got(count)
        return count

    def _got(self, count: int) -> None:
        meter = _by_fd[self.fileno()]
        meter.received += count
        meter.ended = meter.ended or count == 0

    def _noticing(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except (BlockingIOError, InterruptedError):
            raise
        except OSError:
            _by_fd[self.fileno()].ended = True
            raise

    def close(self) -> None:
        if meter := _by_fd.pop(self.fileno(), None):
            meter.closed = True
            meter.sends.append((next(_sends), meter.sent + 1))  # the end is something said, too
        super().close()


class Meters:
    """The sockets of one event loop that lead to one port."""

    def __init__(self, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.loop, self.port = loop, port
        self.connecting: set[socket.socket] = set()
        self.all: list[Meter] = []
        self._connect: Any = loop.sock_connect
        setattr(loop, "sock_connect", self._metered_connect)  # noqa: B010 - on the instance, and only there

    async def _metered_connect(self, sock: socket.socket, address: Any) -> None:
        if not (isinstance(address, tuple) and address[1] == self.port):
            await self._connect(sock, address)
            return
        self.connecting.add(sock)
        try:
            await self._connect(sock, address)
        finally:
            self.connecting.remove(sock)
        sock.__class__ = _MeteredSocket
        meter = Meter(len(self.all) + 1, sock.getsockname()[1], sock.fileno())
        _by_fd[meter.fd] = meter
        self.all.append(meter)

    def made(self) -> list[int]:
        """The ports of connections that the kernel has made and the loop does not know of yet."""
        return [one.getsockname()[1] for one in self.connecting if _connected(one)]

    def open(self) -> list[Meter]:
        return [one for one in self.all if not one.closed]

    def sent_as(self, key: int, start: int) -> int:
        """The place of a frame among all that was sent; 0 for connections that are not of this loop."""
        return next((one.sent_as(start) for one in self.all if one.key == key), 0)

    def order(self, fd: int) -> int:
        """The place of a descriptor's events among those that come together."""
        meter = _by_fd.get(fd)
        return meter.number if meter else 0

    def remove(self) -> None:
        """Count no more."""
        setattr(self.loop, "sock_connect", self._connect)  # noqa: B010
