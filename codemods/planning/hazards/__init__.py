"""What could change behaviour: one file a hazard, found here by itself.

A hazard refuses the move (the default), is assumed not to matter, declared, or handled: ``Severity`` says when.

A hazard module has CODE, TITLE, MEANING (a paragraph: what ``codemods explain CODE`` prints), EXAMPLE and
``find(facts) -> Iterator[Hazard]``. EXAMPLE is a small tree that has this hazard: ``-- path --`` begins a file,
``-- move --`` the move; shop/__init__.py is there without being written. A hazard that refuses, which is the default,
names remedies. tests/moves/test_hazards.py holds all that.

With ``ACCEPTS = True`` what it refuses is a difference that a user may accept (``--accept CODE``): moved code works,
and something that observes it sees another answer. Codes that other stages print have their pages in
``other_codes.toml``.
"""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import ModuleType

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

# What can be accepted of a rename alone: other moves replace `__name__` by the name that it had.
_OF_RENAMES = frozenset({"module-name"})


@cache
def registry() -> dict[str, ModuleType]:
    """Every hazard module by its code."""
    found = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {module.CODE: module for module in found}


def find(facts: Facts, only: Collection[str] | None = None) -> list[Hazard]:
    """All hazards of a move, or those of these codes, in the order of the codes."""
    modules = (module for code, module in sorted(registry().items()) if only is None or code in only)
    return [_answered(module, facts, hazard) for module in modules for hazard in module.find(facts)]


def _answered(module: ModuleType, facts: Facts, hazard: Hazard) -> Hazard:
    """A refusal says that it can be accepted; an accepted one is reported, and no longer refuses."""
    if hazard.severity is not Severity.REFUSES or module.CODE not in acceptable():
        return hazard
    if hazard.code in facts.move.accept:
        return replace(hazard, severity=Severity.DECLARED, remedies=())
    return replace(hazard, remedies=(*hazard.remedies, f"accept the difference: --accept {hazard.code}"))


@cache
def acceptable(renames: bool = False) -> frozenset[str]:
    """The codes that ``--accept`` takes, of a rename or of another move."""
    found = frozenset(code for code, module in registry().items() if getattr(module, "ACCEPTS", False))
    return found | _OF_RENAMES if renames else found


@cache
def other_codes() -> Mapping[str, Mapping[str, str]]:
    """The codes that other stages print, each with ``title`` and ``meaning``."""
    return tomllib.loads(files(__name__).joinpath("other_codes.toml").read_text())
