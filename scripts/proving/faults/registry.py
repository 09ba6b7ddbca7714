"""Where faults are found by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from proving.faults.trees import Damaged, Good

Operator = Callable[[Good], Iterator[Damaged]]
_FAULTS: dict[str, Operator] = {}


def fault(function: Operator) -> Operator:
    """Register a way to damage a tree."""
    _FAULTS[function.__name__] = function
    return function


def faults() -> Mapping[str, Operator]:
    """Every fault, by name; what it does is its docstring."""
    return dict(_FAULTS)
