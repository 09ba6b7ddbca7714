"""The calls that running a piece of code makes, run again until nothing new is found.

Each function has a call for each thing that it is given, as long as there are few; from then on, and where it calls
itself, there is one for whatever it is given besides. So there are finitely many calls, each with finitely many values
(``widening``), and all of it only grows: it ends.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

from codemods.proof.importing.abstract.values import NOWHERE, Code, Frame, Places, Values
from codemods.proof.importing.abstract.widening import Joined, too_many

# Calls of one function that are kept apart; calls of itself that are.
_APART, _AGAIN = 16, 2
# Where a frame has what its function returns, and what a method was called on: no names of Python's.
RETURNED, FIRST = "return", "self."


@dataclass(eq=False)
class Call:
    """A function that is run; ``changed`` is what it changes, as far as is known yet."""

    node: ast.AST
    frame: Frame
    changed: Places = NOWHERE

    @property
    def returned(self) -> Values:
        return self.frame.names.get(RETURNED, frozenset())


class Calls:
    """What is known of the calls that one statement leads to."""

    def __init__(self) -> None:
        self._calls: dict[object, Call] = {}
        self._frames: dict[object, Frame] = {}
        self._apart: Counter[ast.AST] = Counter()
        self._running: Counter[ast.AST] = Counter()
        self._open: set[Call] = set()
        self._ran: set[Call] = set()
        self._cut = False  # somebody was answered with less than is known by now
        self._grew = False

    def settled(self) -> bool:
        """After a run: has nobody been answered with less than is known? Else everything is run again."""
        again = self._cut and self._grew
        self._cut = self._grew = False
        self._ran.clear()
        return not again

    def call(self, code: Code, names: dict[str, Values], first: Values) -> Call:
        """The call of a function that is given this."""
        key: object = (code.node, code.frame, code.owner, code.at, frozenset(names.items()))
        if key not in self._calls:
            if self._apart[code.node] >= _APART or self._running[code.node] >= _AGAIN:
                key = (code.node, code.frame, code.owner and code.owner.node)
            else:
                self._apart[code.node] += 1
        call = self._calls.get(key)
        if call is None:
            call = self._calls[key] = Call(code.node, Frame(code.path, code.frame, owner=code.owner))
        self._given(call, code, names, first)
        return call

    def _given(self, call: Call, code: Code, names: dict[str, Values], first: Values) -> None:
        grew, self._grew = self._grew, False
        call.frame.held |= code.at
        for name, values in names.items():
            self.bind(call.frame, name, values)
        self.bind(call.frame, FIRST, first)
        self._cut |= self._grew and call in self._ran
        self._grew |= grew

    def begin(self, call: Call) -> bool:
        """Should this call be interpreted? Only once, and not while it is being interpreted."""
        self._cut |= call in self._open
        if call in self._open or call in self._ran:
            return False
        self._open.add(call)
        self._running[call.node] += 1
        return True

    def end(self, call: Call, changed: set[tuple[str, str]]) -> None:
        self._grew |= not changed <= call.changed
        call.changed |= changed
        self._open.discard(call)
        self._running[call.node] -= 1
        self._ran.add(call)

    def inside(self, node: ast.AST, frame: Frame) -> Frame:
        """The frame of a class body or a comprehension."""
        return self._frames.setdefault((node, frame), Frame(frame.path, frame))

    def bind(self, frame: Frame, name: str, values: Values) -> None:
        """A name may stand for these as well; once there were too many, they stay joined."""
        known = frame.names.get(name)
        if known is not None and values <= known:
            return
        every = (known or frozenset()) | values
        if name in frame.wide or too_many(every):
            every = frame.wide.setdefault(name, Joined()).join(every)
        self._grew |= every != known
        frame.names[name] = every
