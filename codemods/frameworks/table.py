"""The table of facts, and how an entry is matched with a dotted name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from codemods.project import Tree

KINDS = ("identity", "binds", "registry", "hints", "caller", "scan", "imports", "replaces")


@dataclass(frozen=True)
class Pin:
    """Where an identity is written down, as a ``keyword`` of the decorator, an ``attribute`` of the class, or in its
    ``meta`` class; and what it is where nothing is written: ``{module}``, ``{name}``, ``{app}`` (Django's label)."""

    place: str
    name: str
    value: str

    def default(self, module: str, name: str, app: str) -> str:
        """What the framework takes where nothing is written."""
        return self.value.format(module=module, name=name, app=app)


@dataclass(frozen=True)
class Fact:
    """One entry. The names are dotted, with ``*`` for any part and ``()`` behind what is called to make an object."""

    framework: str
    kind: str
    why: str
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    pin: Pin | None = None
    argument: int = 0
    words: tuple[str, ...] = ()
    at_import: bool = False


@cache
def _own() -> tuple[Fact, ...]:
    return tuple(_read(tomllib.loads(files("codemods.frameworks").joinpath("facts.toml").read_text())))


def facts(tree: Tree, kind: str) -> tuple[Fact, ...]:
    """The facts of one kind: those of the package, then those that the project adds."""
    settings = tree.read("pyproject.toml") if "pyproject.toml" in tree.paths else b""
    return _with_added(settings, kind)


@lru_cache(maxsize=64)
def _with_added(settings: bytes, kind: str) -> tuple[Fact, ...]:
    """Asked for each call of the tree: the table and the settings are read once."""
    try:
        table = tomllib.loads(settings.decode()).get("tool", {}).get("codemods", {}).get("frameworks", {})
    except (ValueError, AttributeError):  # said where settings are checked
        table = {}
    added = tuple(_read(table)) if isinstance(table, Mapping) else ()
    return tuple(fact for fact in (*_own(), *added) if fact.kind == kind)


def matching(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Is one of the dotted names one that a pattern means?"""
    names = tuple(names)
    return any(_pattern(pattern).fullmatch(name) for pattern in patterns for name in names)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", r"[\w.()]*"))


def _read(table: Mapping[str, Any]) -> Iterator[Fact]:
    """The entries ``[[fact]]``; what is no entry is passed over here, and refused where settings are checked."""
    known = {field.name for field in fields(Fact)}
    entries = table.get("fact", [])
    for entry in entries if isinstance(entries, list) else []:
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items() if k in known}
        pin = values.pop("pin", None)
        if {"framework", "kind", "why"} <= values.keys() and values["kind"] in KINDS:
            yield Fact(**values, pin=Pin(**pin) if isinstance(pin, Mapping) else None)
