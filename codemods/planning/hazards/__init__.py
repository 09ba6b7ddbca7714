"""What could change behaviour: one file a hazard, found here by itself.

A hazard module has CODE, TITLE, MEANING (a paragraph), EXAMPLE (a small tree as text, with its move) and
``find(facts) -> Iterator[Hazard]``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from codemods.model import Hazard
from codemods.planning.facts import Facts


@cache
def registry() -> dict[str, ModuleType]:
    """Every hazard module by its code."""
    found = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {module.CODE: module for module in found}


def find(facts: Facts) -> list[Hazard]:
    """All hazards of a move, in the order of the codes."""
    return [hazard for _, module in sorted(registry().items()) for hazard in _each(module, facts)]


def _each(module: ModuleType, facts: Facts) -> Iterator[Hazard]:
    yield from module.find(facts)
