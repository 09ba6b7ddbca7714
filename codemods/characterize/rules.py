"""What can be made to happen to one operation on its way: a rule for each way of going wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from codemods.characterize.frames import Frame
from codemods.characterize.ports import Connection, Proxy
from codemods.characterize.records import Answer, Operation


@dataclass
class Rule:
    """What is to happen to the next operations of this name. Made by `Faults`."""

    what: str
    op: str
    target: str
    left: int = 1
    struck: int = 0  # how often it has happened

    def applies(self, operation: Operation) -> bool:
        """Whether it is to happen to this one."""
        return self.left > 0 and fnmatchcase(operation.op, self.op) and fnmatchcase(operation.target, self.target)

    def strike(self, operation: Operation) -> None:
        """It happens now; that is on record."""
        self.left -= 1
        self.struck += 1
        operation.fault = self.what

    def cancel(self) -> None:
        """It shall happen no more."""
        self.left = 0

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        """Called before the operation goes to the server; True when it shall not."""
        return False

    def answered(self, tap: Proxy, link: Connection, frame: Frame) -> None:
        """Called with each answer of the server."""
        link.to_client(frame.encode())

    async def after(self, tap: Proxy, link: Connection) -> None:
        """Called when the server is done with the operation."""


class Drop(Rule):
    """The server never hears of it."""

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        return True


class DropAnswer(Rule):
    """The server does it, and the client never hears."""

    def answered(self, tap: Proxy, link: Connection, frame: Frame) -> None:
        pass


class DuplicateAnswer(Rule):
    """The client hears of it twice."""

    def answered(self, tap: Proxy, link: Connection, frame: Frame) -> None:
        link.to_client(frame.encode())
        link.to_client(frame.encode())


@dataclass
class Refuse(Rule):
    """The answer is an error, and the server does nothing."""

    code: int = 503
    err_code: int = 10077
    text: str = "maximum messages exceeded"

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        tap.pipeline.refuse(link, operation, Answer("error", self.err_code, self.text), self.code)
        return True


class NoResponders(Rule):
    """Nobody is there to do it."""

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        operation.answers.append(Answer("no responders"))
        tap.pipeline.give_quietly(link, Frame("MSG", subject=operation.reply, status="503"))
        return True


class CutBefore(Rule):
    """The connection breaks, and the server never hears of it."""

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        await tap.cut_off(link.name)
        return True


class CutAfter(DropAnswer):
    """The server does it, and the connection breaks before the client hears of it."""

    async def after(self, tap: Proxy, link: Connection) -> None:
        await tap.cut_off(link.name)


@dataclass
class Hold(Rule):
    """It is on its way until somebody lets it go."""

    held: list[tuple[Connection, Frame, Operation]] = field(default_factory=list)
    tap: Proxy | None = None

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        self.tap = tap
        self.held.append((link, frame, operation))
        return True

    def release(self) -> None:
        """Let what is held go on to the server now; RuntimeError when nothing is."""
        self.left = 0
        if not self.tap:
            raise RuntimeError(f"no {self.op} {self.target} is held: it has not come yet (`await clock.settle()`?)")
        self.tap.rest()
        self.tap.work(self._release(self.tap))

    async def _release(self, tap: Proxy) -> None:
        held, self.held = self.held, []
        for link, frame, operation in held:
            operation.fault += f", let go at {tap.elapsed():g}s"
            await tap.pipeline.forward(link, frame, operation, None, wait=tap.gated)


@dataclass
class Delay(Rule):
    """It is on its way for some seconds."""

    seconds: float = 1.0

    async def before(self, tap: Proxy, link: Connection, frame: Frame, operation: Operation) -> bool:
        if not tap.gated:
            await asyncio.sleep(self.seconds)
            return False
        _later(tap, self.seconds, lambda: tap.pipeline.forward(link, frame, operation, None, wait=True))
        return True


@dataclass
class DelayAnswer(Rule):
    """The server does it at once, and its answer is on its way for some seconds."""

    seconds: float = 1.0

    def answered(self, tap: Proxy, link: Connection, frame: Frame) -> None:
        async def give() -> None:
            link.to_client(frame.encode())

        if tap.gated:
            _later(tap, self.seconds, give)
        else:
            tap.loop.call_later(self.seconds, lambda: link.to_client(frame.encode()))


def _later(tap: Proxy, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
    tap.timers.at(tap.elapsed() + seconds, action)
