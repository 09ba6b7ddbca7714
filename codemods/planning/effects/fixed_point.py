"""Questions whose answers need one another, each answered once: the least answers that fit together.

    def f(n): x = g(n); return x      what `f` hands out needs what `g` does, and that needs what `f` does
    def g(n): y = f(n); return y

A question that is asked again while it is being answered gets what is known of it by then; where that was less than it
turned out to be, all that was asked meanwhile is asked again, until nothing new comes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

Found = TypeVar("Found", bound=Hashable)


class FixedPoint:
    """Answers are sets, given in the order in which they were found."""

    def __init__(self) -> None:
        self._settled: dict[Hashable, tuple[Any, ...]] = {}
        self._known: dict[Hashable, tuple[Any, ...]] = {}  # what is known so far of what is not settled
        self._open: set[Hashable] = set()
        self._done: set[Hashable] = set()  # in this round
        self._short: set[Hashable] = set()  # asked for while they were open
        self._again = False

    def ask(self, key: Hashable, answer: Callable[[], Iterable[Found]]) -> tuple[Found, ...]:
        """The answer to a question, which may ask others; ``key`` says which question it is."""
        if key in self._settled:
            return self._settled[key]
        if key in self._open:
            self._short.add(key)
        if key in self._open or key in self._done:
            return self._known.get(key, ())
        if self._open:
            return self._answered(key, answer)
        try:
            found = self._answered(key, answer)
            while self._again:
                self._next_round()
                found = self._answered(key, answer)
            self._settled |= self._known
            return found
        finally:
            self._known.clear()
            self._open.clear()
            self._next_round()

    def _next_round(self) -> None:
        self._again = False
        self._done.clear()
        self._short.clear()

    def _answered(self, key: Hashable, answer: Callable[[], Iterable[Found]]) -> tuple[Found, ...]:
        self._open.add(key)
        known = self._known.get(key, ())
        found = tuple(dict.fromkeys((*known, *answer())))
        self._open.discard(key)
        self._done.add(key)
        self._known[key] = found
        self._again |= len(found) > len(known) and key in self._short
        return found
