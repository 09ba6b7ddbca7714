"""Rules that hold for the source alone: a new module gets the same line beside, or joins the head of the section.

``"shop/legacy.py" = ["E741"]`` in a table of TOML, ``shop/legacy.py: E741`` in an INI file for ruff and flake8;
``[mypy-shop.legacy,shop.totals]`` for mypy. What an edit makes of the settings is read back: they have that one entry
more, or there is no edit.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from codemods.planning.edits.model import Replacement
from codemods.project.selected import Selection
from codemods.project.settings import ini_text

_TABLES = ("per-file-ignores", "extend-per-file-ignores")


def same_rules(text: str, one: Selection, destination: str, dotted: str) -> Replacement | None:
    """The edit of a settings file that gives the destination the rules of the source; None where none does.
    ``dotted``: the name of the destination as a module."""
    if one.key.startswith("mypy-") and not one.path.endswith(".toml"):
        return _in_head(text, one, dotted)
    if one.key.rpartition(".")[2] not in _TABLES:
        return None
    entry = _in_toml(text, one, destination) if one.path.endswith(".toml") else _in_ini(text, one, destination)
    if entry is None:
        return None
    at, line = entry
    return Replacement(at, at, line, f"{one.key} has the rules of {one.word} for {destination} too")


def _in_toml(text: str, one: Selection, destination: str) -> tuple[int, str] | None:
    key = re.search(rf"^[ \t]*(?P<q>[\"']){re.escape(one.word)}(?P=q)[ \t]*=", text, re.MULTILINE)
    if key is None:
        return None
    for end in (found.end() for found in re.compile(r"\n|\Z").finditer(text, key.end())):
        if _toml(text[key.start() : end]) is not None:
            whole = text[key.start() : end].rstrip("\r\n")
            new = whole.replace(one.word, destination, 1)
            newline = "\r\n" if "\r\n" in text else "\n"
            at, line = (end, new + newline) if text[:end].endswith("\n") else (end, newline + new)
            return (at, line) if _one_more(_toml(text), _toml(text[:at] + line + text[at:]), destination) else None
    return None


def _in_ini(text: str, one: Selection, destination: str) -> tuple[int, str] | None:
    line = re.search(rf"^[ \t]+{re.escape(one.word)}[ \t]*:[^\n]*(?:\n|\Z)", text, re.MULTILINE)
    if line is None:
        return None
    section, option = one.key.rsplit(".", 1)
    new = line[0].rstrip("\r\n").replace(one.word, destination, 1)
    newline = "\r\n" if "\r\n" in text else "\n"
    at, added = (line.end(), new + newline) if line[0].endswith("\n") else (line.end(), newline + new)
    before, after = _ini(text), _ini(text[:at] + added + text[at:])
    if before is None or after is None:
        return None
    more = {**before, (section, option): [*before.get((section, option), ()), new.strip()]}
    return (at, added) if {k: sorted(v) for k, v in after.items()} == {k: sorted(v) for k, v in more.items()} else None


def _in_head(text: str, one: Selection, dotted: str) -> Replacement | None:
    head = re.search(rf"^\[{re.escape(one.key)}(?=\])", text, re.MULTILINE)
    before = _ini(text)
    if head is None or before is None:
        return None
    after = _ini(text[: head.end()] + f",{dotted}" + text[head.end() :])
    renamed = {(f"{s},{dotted}" if s == one.key else s, o): said for (s, o), said in before.items()}
    return (
        Replacement(head.end(), head.end(), f",{dotted}", f"{one.key} holds of {dotted} too")
        if after == renamed
        else None
    )


def _toml(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _ini(text: str) -> dict[tuple[str, str], list[str]] | None:
    parser = ini_text(text)
    if parser is None:
        return None
    return {
        (s, o): [e.strip() for e in (v or "").split("\n") if e] for s in parser.sections() for o, v in parser.items(s)
    }


def _one_more(before: Any, after: Any, key: str) -> bool:
    """Are two tables the same, but for one entry of this name somewhere in the second?"""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    changed = [name for name in before if after.get(name) != before[name]]
    if not changed:
        return set(after) == {*before, key} and key not in before
    return len(changed) == 1 and set(after) == set(before) and _one_more(before[changed[0]], after[changed[0]], key)
