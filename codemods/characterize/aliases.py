"""Names that were bound to the real clock before the virtual one came: `from time import monotonic`.

Whoever holds the real function gets the virtual one for as long as the clock stands: modules under any name,
classes, and the defaults of functions. They are found by the object that they hold, never by their path, so
code may move. The standard library is left alone, whose threads and queues wait in real time, and so are the
kit and the tools that run the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

RUNS_TESTS = {
    "_pytest",
    "execnet",
    "hypothesis",
    "pluggy",
    "pytest",
    "pytest_asyncio",
    "syrupy",
    "time_machine",
    "xdist",
}
LEFT_ALONE = {*sys.stdlib_module_names, *RUNS_TESTS}
KIT = __name__.rpartition(".")[0]
Undo = Callable[[], None]
_without: dict[str, tuple[int, int]] = {}  # modules that held none when they had so many names


class Aliases:
    """Replaces functions where they are held, and puts them back."""

    def __init__(self, instead: Mapping[Any, Any]) -> None:
        self._instead = {id(old): new for old, new in instead.items()}
        self._undo: list[Undo] = []
        for module in _modules():
            now = (id(module), len(vars(module)))
            if _without.get(module.__name__) != now:
                before = len(self._undo)
                self._in_namespace(module, module.__name__, frozenset())
                if len(self._undo) == before:
                    _without[module.__name__] = now

    def restore(self) -> None:
        """Give everybody back what they had."""
        while self._undo:
            self._undo.pop()()

    def _in_namespace(self, holder: Any, module: str, around: frozenset[int]) -> None:
        """``around``: the classes that hold this one, for classes may hold one another in a ring."""
        around |= {id(holder)}
        for name, value in list(vars(holder).items()):
            if id(value) in self._instead:
                self._set(holder, name, self._instead[id(value)])
            elif isinstance(value, FunctionType):
                self._in_defaults(value)
            elif isinstance(value, type) and value.__module__ == module and id(value) not in around:
                self._in_namespace(value, module, around)

    def _in_defaults(self, function: FunctionType) -> None:
        if any(id(one) in self._instead for one in function.__defaults__ or ()):
            new = tuple(self._instead.get(id(one), one) for one in function.__defaults__ or ())
            self._set(function, "__defaults__", new)
        if any(id(one) in self._instead for one in (function.__kwdefaults__ or {}).values()):
            old = function.__kwdefaults__ or {}
            self._set(function, "__kwdefaults__", {k: self._instead.get(id(one), one) for k, one in old.items()})

    def _set(self, holder: Any, name: str, value: Any) -> None:
        old = getattr(holder, name)
        try:
            setattr(holder, name, value)
        except (AttributeError, TypeError):
            return  # a namespace that cannot be written keeps what it has
        self._undo.append(lambda: setattr(holder, name, old))


def _modules() -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        ours = name == KIT or name.startswith(KIT + ".")
        if not ours and name.partition(".")[0] not in LEFT_ALONE and type(module) is ModuleType:
            yield module
