"""Checks `[tool.codemods.frameworks]` of a project: an entry that can't be read is an error, and not passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, NoReturn

from codemods.frameworks.entries import KINDS, Fact, Pin
from codemods.model import Hazard, Place, WrongUsage
from codemods.spelling import did_you_mean

_FILE = "pyproject.toml"
_TABLE = "[tool.codemods.frameworks]"
_ENTRY = "[[tool.codemods.frameworks.fact]]"
_PLACES = ("keyword", "attribute", "meta")
_NEEDED = ("framework", "kind", "why")


def check_added(table: object) -> None:
    """Raises WrongUsage for the first fault: it names the file, the table, the entry and the key."""
    for key in _known(table, ("fact",), _TABLE):
        entries = _table(table)[key]
        if not isinstance(entries, list):
            _wrong(f"{_TABLE}: {key} is not a list of entries", f"write {_ENTRY} above each entry")
        for number, entry in enumerate(entries, 1):
            _check_entry(entry, f"{_ENTRY}, entry {number}")


def _check_entry(entry: object, where: str) -> None:
    given = _known(entry, [field.name for field in fields(Fact)], where)
    for key in _NEEDED:
        if key not in given:
            _wrong(f"{where} has no {key}")
    for key in given:
        value = _table(entry)[key]
        if key == "pin":
            _check_pin(value, f"{where}: pin")
            continue
        fits, what = _TYPES[key]
        if not fits(value):
            _wrong(f"{where}: {key} is not {what}")
    _one_of(_table(entry)["kind"], KINDS, f"{where}: kind")
    for word in _table(entry).get("words", ()):
        _check_pattern(word, f"{where}: words")


def _check_pin(pin: object, where: str) -> None:
    keys = [field.name for field in fields(Pin)]
    given = _known(pin, keys, where)
    for key in keys:
        if key not in given:
            _wrong(f"{where} has no {key}")
        if not _is_text(_table(pin)[key]):
            _wrong(f"{where}: {key} is not a text")
    _one_of(_table(pin)["place"], _PLACES, f"{where}: place")
    try:
        Pin(**_table(pin)).default("module", "name", "app")
    except (LookupError, ValueError, AttributeError):
        _wrong(f"{where}: value can hold {{module}}, {{name}} and {{app}}, and no other braces")


def _check_pattern(word: str, where: str) -> None:
    try:
        re.compile(word)
    except (re.error, RecursionError, OverflowError) as error:
        _wrong(f"{where}: {word!r} is no regular expression ({error})")


def _known(table: object, keys: Collection[str], where: str) -> Iterable[str]:
    """The keys of a table, each of which is known."""
    if not isinstance(table, Mapping):
        _wrong(f"{where} is not a table")
    for key in _table(table):
        if key not in keys:
            _wrong(f"{where} has an unknown key, {key}{did_you_mean(key, keys)}", f"known keys: {', '.join(keys)}")
    return tuple(_table(table))


def _one_of(value: str, known: Collection[str], where: str) -> None:
    if value not in known:
        _wrong(f"{where} has an unknown value, {value}{did_you_mean(value, known)}", f"known: {', '.join(known)}")


def _table(value: object) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


_TYPES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(("framework", "kind", "why"), (_is_text, "a text")),
    **dict.fromkeys(("decorators", "bases", "calls", "words", "files", "unless"), (_are_texts, "a list of texts")),
    **dict.fromkeys(
        ("at_import", "only_decorated", "twins", "package", "methods"),
        (lambda value: isinstance(value, bool), "true or false"),
    ),
}


def _wrong(reason: str, *remedies: str) -> NoReturn:
    raise WrongUsage(Hazard("configuration", Place(_FILE), reason, (*remedies, "docs/frameworks.md has the fields")))
