"""What the parts of the tap ask of one another, as protocols: a connection, and the proxy that it runs through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from codemods.characterize.ages import Ages
from codemods.characterize.consumers import Consumers
from codemods.characterize.frames import Frame
from codemods.characterize.observer import Observer
from codemods.characterize.records import Answer, Operation, Record
from codemods.characterize.servertime import ServerTime
from codemods.characterize.timers import Timers


class Connection(Protocol):
    """One client's connection, as faults and the frame pipeline use it."""

    name: str
    closed: bool
    subscriptions: dict[str, str]

    def introduce(self, frame: Frame) -> None: ...
    def note_subscription(self, frame: Frame) -> None: ...
    def to_server(self, frame: Frame) -> None: ...
    def to_client(self, data: bytes) -> None: ...
    def give(self, frame: Frame, inbox: str = "") -> None: ...
    async def ping(self, for_client: bool = False) -> None: ...


class Pipeline(Protocol):
    """The frame pipeline, as faults use it: they answer in the server's place, or send on what they held."""

    def refuse(self, link: Any, operation: Operation, error: Answer, code: int) -> None: ...
    def give_quietly(self, link: Any, frame: Frame) -> None: ...
    async def forward(self, link: Any, frame: Frame, operation: Operation, rule: Any, wait: bool) -> None: ...


class Proxy(Protocol):
    """The tap itself; its connections, the frame pipeline and faults know it by this alone."""

    elapsed: Callable[[], float]
    rest: Callable[[], None]
    gated: bool
    going: bool
    loop: asyncio.AbstractEventLoop
    records: list[Record]
    timers: Timers
    ages: Ages
    consumers: Consumers
    observer: Observer
    server_time: ServerTime

    @property
    def pipeline(self) -> Pipeline: ...
    def stir(self) -> None: ...
    def event(self, link: Any, what: str) -> None: ...
    def name_for(self, link: Any, name: str | None) -> str: ...
    def from_server(self, link: Any, frame: Frame) -> None: ...
    def work(self, work: Coroutine[Any, Any, None]) -> None: ...
    async def pass_on(self, link: Any, frame: Frame) -> None: ...
    async def lost(self, link: Any) -> None: ...
    async def cut_off(self, name: str | None) -> None: ...
    async def barrier(self, first: Any = None) -> None: ...
