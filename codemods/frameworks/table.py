"""The table of facts, and how an entry is matched with a dotted name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from codemods.frameworks.checking import check_added
from codemods.frameworks.entries import Fact, Pin
from codemods.project import Tree


@cache
def _own() -> tuple[Fact, ...]:
    return tuple(_read(tomllib.loads(files("codemods.frameworks").joinpath("facts.toml").read_text())))


def facts(tree: Tree, kind: str) -> tuple[Fact, ...]:
    """The facts of one kind: those of the package, then those that the project adds. Raises WrongUsage for a fault."""
    settings = tree.read("pyproject.toml") if "pyproject.toml" in tree.paths else b""
    return _with_added(settings, kind)


@lru_cache(maxsize=64)
def _with_added(settings: bytes, kind: str) -> tuple[Fact, ...]:
    """Asked for each call of the tree, so it is remembered."""
    return tuple(fact for fact in (*_own(), *_added(settings)) if fact.kind == kind)


@lru_cache(maxsize=8)
def _added(settings: bytes) -> tuple[Fact, ...]:
    """What a project adds: its settings are read and checked once for all kinds."""
    try:
        table = tomllib.loads(settings.decode()).get("tool", {}).get("codemods", {}).get("frameworks", {})
    except (ValueError, AttributeError, RecursionError):  # said where settings are checked
        table = {}
    check_added(table)
    return tuple(_read(table))


def matching(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Is one of the dotted names one that a pattern means?"""
    patterns = tuple(patterns)
    return any(_is_meant(patterns, name) for name in names)


@lru_cache(maxsize=4096)
def _is_meant(patterns: tuple[str, ...], name: str) -> bool:
    """Asked for the same names again and again: what is called in a tree. ``!pattern`` takes names out."""
    if any(pattern.startswith("!") and _pattern(pattern[1:]).fullmatch(name) for pattern in patterns):
        return False
    return any(_pattern(pattern).fullmatch(name) for pattern in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", r"[\w.()]*"))


def _read(table: Mapping[str, Any]) -> Iterator[Fact]:
    """The entries ``[[fact]]`` of a table that is right."""
    for entry in table.get("fact", ()):
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}
        pin = values.pop("pin", None)
        yield Fact(**values, pin=Pin(**pin) if pin is not None else None)
