"""Breaking things on the wire: connections, single operations, the server itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.characterize.frames import Frame
from codemods.characterize.records import Answer, Operation

if TYPE_CHECKING:
    from codemods.characterize.link import Link
    from codemods.characterize.server import NatsServer
    from codemods.characterize.tap import Tap

Match = Callable[[Operation], bool]


@dataclass
class Rule:
    """What is to happen to the next operations that match. Made by `Faults`."""

    what: str
    match: Match
    left: int = 1
    mute: bool = False  # the server does it, the client never hears
    twice: bool = False  # the answer comes two times

    def applies(self, operation: Operation) -> bool:
        return self.left > 0 and self.match(operation)

    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        """Called before the operation goes to the server; True when it shall not."""
        return False

    async def after(self, tap: Tap, link: Link) -> None:
        """Called when the server is done with the operation."""

    def cancel(self) -> None:
        """It shall happen no more."""
        self.left = 0


@dataclass
class _Drop(Rule):
    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        return True


@dataclass
class _Refuse(Rule):
    code: int = 503
    err_code: int = 10077
    text: str = "maximum messages exceeded"

    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        tap.passing.refuse(link, operation, Answer("error", self.err_code, self.text), self.code)
        return True


@dataclass
class _NoResponders(Rule):
    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        operation.answers.append(Answer("no responders"))
        tap.passing.give_quietly(link, Frame("MSG", subject=operation.reply, status="503"))
        return True


@dataclass
class _Cut(Rule):
    done: bool = False  # whether the server still gets to do it

    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        if not self.done:
            await tap._cut(link.name)
        return not self.done

    async def after(self, tap: Tap, link: Link) -> None:
        if self.done:
            await tap._cut(link.name)


@dataclass
class _Hold(Rule):
    held: list[tuple[Link, Frame, Operation]] | None = None
    tap: Tap | None = None

    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        self.tap = tap
        self.held = [*(self.held or []), (link, frame, operation)]
        return True

    def release(self) -> None:
        """Let what is held go on to the server now."""
        self.left = 0
        assert self.tap, "nothing is held"
        self.tap._work(self._release())

    async def _release(self) -> None:
        assert self.tap
        held, self.held = self.held or [], []
        for link, frame, operation in held:
            operation.fault += f", let go at {self.tap.elapsed():g}s"
            await self.tap.passing.forward(link, frame, operation, None, wait=self.tap.gated)


@dataclass
class _Delay(Rule):
    seconds: float = 1.0

    async def before(self, tap: Tap, link: Link, frame: Frame, operation: Operation) -> bool:
        async def due() -> None:
            await tap.passing.forward(link, frame, operation, None, wait=True)

        if not tap.gated:
            await asyncio.sleep(self.seconds)
            return False
        tap.timers.at(tap.elapsed() + self.seconds, due)
        return True


class Faults:
    """The fixture. An operation is named as on the tape: `faults.refuse("update", "workers/*")`."""

    def __init__(self, tap: Tap, server: NatsServer) -> None:
        self._tap, self._server = tap, server

    def _add(self, rule: Rule) -> None:
        self._tap.passing.rules.append(rule)

    def drop(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The operation never reaches the server."""
        rule = _Drop("dropped", _named(op, target), times)
        self._add(rule)
        return rule

    def drop_answer(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The server does it, but its answer is lost."""
        rule = Rule("answer lost", _named(op, target), times, mute=True)
        self._add(rule)
        return rule

    def duplicate_answer(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The answer comes twice."""
        rule = Rule("answered twice", _named(op, target), times, twice=True)
        self._add(rule)
        return rule

    def refuse(
        self, op: str, target: str = "*", times: int = 1, *,
        code: int = 503, err_code: int = 10077, text: str = "maximum messages exceeded",
    ) -> Rule:  # fmt: skip
        """The answer is an error of JetStream, and the server does nothing."""
        rule = _Refuse("refused", _named(op, target), times, code=code, err_code=err_code, text=text)
        self._add(rule)
        return rule

    def no_responders(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """As while a cluster has no leader: nobody is there to do it."""
        rule = _NoResponders("no leader", _named(op, target), times)
        self._add(rule)
        return rule

    def delay(self, op: str, target: str = "*", times: int = 1, *, seconds: float = 1.0) -> Rule:
        """The operation is on its way for so many seconds of the clock."""
        rule = _Delay(f"delayed {seconds:g}s", _named(op, target), times, seconds=seconds)
        self._add(rule)
        return rule

    def hold(self, op: str, target: str = "*", times: int = 1) -> _Hold:
        """The operation is on its way until `release()` of what is returned."""
        rule = _Hold("held", _named(op, target), times)
        self._add(rule)
        return rule

    def cut_at(self, op: str, target: str = "*", times: int = 1, *, done: bool = False) -> Rule:
        """The connection breaks: before the operation is done, or (`done`) before its answer is back."""
        what = "connection cut after it" if done else "connection cut before it"
        rule = _Cut(what, _named(op, target), times, mute=done, done=done)
        self._add(rule)
        return rule

    def cut(self, link: str | None = None) -> None:
        """Break all connections, or one client's; it may connect again at once."""
        self._tap.cut(link)

    def disconnect(self) -> None:
        """Break all connections, and let nobody in until `reconnect()`."""
        self._tap.refuse()
        self._tap.cut()

    def reconnect(self) -> None:
        """Clients can connect again: they will when they next try."""
        self._tap.accept()

    def stop_server(self) -> None:
        """Kill the server; its store stays."""
        self.disconnect()
        self._server.kill()
        self._tap.event(None, "stopped")

    def start_server(self) -> None:
        """Start it again, with what it had stored."""
        self._server.start()
        self._tap.event(None, "started")
        self.reconnect()

    def restart_server(self) -> None:
        """Kill the server and start it again."""
        self.stop_server()
        self.start_server()


def _named(op: str, target: str) -> Match:
    from fnmatch import fnmatchcase

    return lambda operation: fnmatchcase(operation.op, op) and fnmatchcase(operation.target, target)
