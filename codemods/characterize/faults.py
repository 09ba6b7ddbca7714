"""Breaking things on the wire: single operations, connections, the server itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from codemods.characterize import rules
from codemods.characterize.rules import Rule

if TYPE_CHECKING:
    from codemods.characterize.server import NatsServer
    from codemods.characterize.tap import Tap

GRACE = 10.0  # seconds that a lame duck waits before it closes the first connection
BETWEEN = 1.0  # and between one and the next

R = TypeVar("R", bound=Rule)


class Faults:
    """The fixture. An operation is named as on the tape: `faults.refuse("update", "workers/*")`.

    A fault happens to the next operation of that name, or to the next `times`; what is returned can be
    cancelled. One that never happens by the end of the test fails the test: it was meant for something else.
    """

    def __init__(self, tap: Tap, server: NatsServer) -> None:
        self._tap, self._server = tap, server

    # -- one operation -----------------------------------------------------------------------------

    def _add(self, rule: R) -> R:
        self._tap.pipeline.rules.append(rule)
        return rule

    def drop(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The operation never reaches the server."""
        return self._add(rules.Drop("dropped", op, target, times))

    def drop_answer(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The server does it, but its answer is lost."""
        return self._add(rules.DropAnswer("answer lost", op, target, times))

    def duplicate_answer(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """The answer comes twice."""
        return self._add(rules.DuplicateAnswer("answered twice", op, target, times))

    def refuse(
        self, op: str, target: str = "*", times: int = 1, *,
        code: int = 503, err_code: int = 10077, text: str = "maximum messages exceeded",
    ) -> Rule:  # fmt: skip
        """The answer is an error of JetStream, and the server does nothing."""
        return self._add(rules.Refuse("refused", op, target, times, code=code, err_code=err_code, text=text))

    def no_responders(self, op: str, target: str = "*", times: int = 1) -> Rule:
        """As while a cluster has no leader: nobody is there to do it."""
        return self._add(rules.NoResponders("no leader", op, target, times))

    def delay(self, op: str, target: str = "*", times: int = 1, *, seconds: float = 1.0) -> Rule:
        """The operation is on its way for so many seconds of the clock."""
        return self._add(rules.Delay(f"delayed {seconds:g}s", op, target, times, seconds=seconds))

    def delay_answer(self, op: str, target: str = "*", times: int = 1, *, seconds: float = 1.0) -> Rule:
        """The server does it at once; its answer is on its way for so many seconds of the clock."""
        return self._add(rules.DelayAnswer(f"answer delayed {seconds:g}s", op, target, times, seconds=seconds))

    def hold(self, op: str, target: str = "*", times: int = 1) -> rules.Hold:
        """The operation is on its way until `release()` of what is returned."""
        return self._add(rules.Hold("held", op, target, times))

    def cut_at(self, op: str, target: str = "*", times: int = 1, *, done: bool = False) -> Rule:
        """The connection breaks: before the operation is done, or (`done`) before its answer is back."""
        if done:
            return self._add(rules.CutAfter("connection cut after it", op, target, times))
        return self._add(rules.CutBefore("connection cut before it", op, target, times))

    def never_struck(self) -> list[Rule]:
        """The faults that were asked for, not cancelled, and have not happened."""
        return [one for one in self._tap.pipeline.rules if one.left and not one.struck]

    # -- connections -------------------------------------------------------------------------------

    def cut(self, client: str | None = None) -> None:
        """Break all connections, or one client's; it may connect again at once. ValueError: no such client."""
        names = [one.name for one in self._tap.links if not one.closed]
        if client and not any(client in (one, one.split("#")[0]) for one in names):
            raise ValueError(f"nobody is connected as {client!r}; there are {', '.join(names) or 'no connections'}")
        self._tap.cut(client)

    def disconnect(self) -> None:
        """Break all connections, and let nobody in until `reconnect()`."""
        self._tap.refuse()
        self._tap.cut()

    def reconnect(self) -> None:
        """Clients can connect again: they will when they next try."""
        self._tap.accept()

    # -- the server --------------------------------------------------------------------------------

    def stop_server(self, *, gracefully: bool = False) -> None:
        """Kill the server, or (`gracefully`) end it as an operator does; its store stays."""
        self._stop(self._server.stop if gracefully else self._server.kill)

    def _stop(self, end: Callable[[], None]) -> None:
        self.disconnect()
        end()
        self._tap.event(None, "stopped")

    def start_server(self) -> None:
        """Start it again, with what it had stored."""
        self._server.start()
        self._tap.stay()
        self._tap.event(None, "started")
        self.reconnect()

    def restart_server(self, *, gracefully: bool = False) -> None:
        """Stop the server and start it again."""
        self.stop_server(gracefully=gracefully)
        self.start_server()

    def lame_duck(self) -> None:
        """The server is to go: it tells its clients, takes no new ones, and ends JetStream at once.

        After ten seconds of the clock it closes the connections, one each second in the order in which they
        were made, and stops after the last one; `start_server()` brings it back.
        """
        self._tap.lame_duck(self._server.lame_duck)
        open_links = [one for one in self._tap.links if not one.closed]
        for place, link in enumerate(open_links):
            due = self._tap.elapsed() + GRACE + BETWEEN * place
            self._tap.timers.at(due, lambda name=link.name: self._close(name))
        self._tap.timers.at(self._tap.elapsed() + GRACE + BETWEEN * max(0, len(open_links) - 1), self._gone)

    async def _close(self, name: str) -> None:
        if self._tap.going:
            await self._tap.cut_off(name)

    async def _gone(self) -> None:
        if self._tap.going and not any(not one.closed for one in self._tap.links):
            self._server.kill()
            self._tap.event(None, "stopped")
