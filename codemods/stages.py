"""The stages of a command: observers see how far it is, and how long each stage took.

Nobody watches a library. A command line does, and so no stage is handed a listener.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")
# How many items go by between two words about them.
_EVERY = 256


class Watch(Protocol):
    """An observer of stages."""

    def begin(self, stage: str) -> None: ...

    def step(self, done: int, total: int) -> None: ...

    def at(self, item: str) -> None: ...

    def end(self, stage: str) -> None: ...


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Have ``watch`` observe every stage inside of the block."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """One stage; stages may stand inside of one another."""
    watch = _watch.get()
    if watch is None:
        yield
        return
    watch.begin(name)
    try:
        yield
    finally:
        watch.end(name)


def at(item: str) -> None:
    """What is at hand within the stage: a file, mostly."""
    watch = _watch.get()
    if watch is not None:
        watch.at(item)


def counted(items: Collection[T]) -> Iterator[T]:
    """The items, one after the other; the watch hears now and then how many went by."""
    watch = _watch.get()
    if watch is None:
        yield from items
        return
    for index, item in enumerate(items):
        if index % _EVERY == 0:
            watch.step(index, len(items))
        yield item
