"""Settings that got the rules ignored in the source for the destination as well, and nothing else."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from configparser import Error as IniError
from configparser import RawConfigParser
from fnmatch import fnmatchcase
from typing import Any

from codemods.proof.comparison.comparison import Comparison

_TABLES = ("per-file-ignores", "extend-per-file-ignores")
Entry = tuple[tuple[str, ...], str, str]


def only_same_rules(comparison: Comparison, path: str, old: str, new: str) -> bool:
    """Are the lines that a settings file has more the rules of sources, said of where their code stands now?"""
    new = _with_old_heads(comparison, new)
    steps = difflib.SequenceMatcher(None, old.splitlines(True), new.splitlines(True), autojunk=False).get_opcodes()
    if any(step[0] not in ("equal", "insert") for step in steps):
        return False
    before, after = _entries(path, old), _entries(path, new)
    if before is None or after is None or not before <= after:
        return False
    came = {(pair.new.path, pair.old.path) for pair in comparison.pairing.pairs if pair.moved}
    return all(_has_source(before, entry, came) for entry in after - before)


def _with_old_heads(comparison: Comparison, text: str) -> str:
    """``[mypy-shop.legacy,shop.totals]`` without the modules that what stood in one of the others moved to."""
    dotted = comparison.after.names.dotted
    came = {(dotted(pair.new.path), dotted(pair.old.path)) for pair in comparison.pairing.pairs if pair.moved}

    def without(head: re.Match[str]) -> str:
        names = head["names"].split(",")
        new = {
            name for name, source in came if name in names and any(fnmatchcase(source, n) for n in names if n != name)
        }
        return f"[mypy-{','.join(name for name in names if name not in new)}]"

    return re.sub(r"^\[mypy-(?P<names>[^\]\n]+)\]", without, text, flags=re.MULTILINE)


def _has_source(before: set[Entry], entry: Entry, came: set[tuple[str, str]]) -> bool:
    table, file, rules = entry
    sources = [source for destination, source in came if destination == file]
    return any(
        there == table and said == rules and any(fnmatchcase(source, name) for source in sources)
        for there, name, said in before
        if there[-1] in _TABLES
    )


def _entries(path: str, text: str) -> set[Entry] | None:
    """Everything that a settings file says, as (table, key, value); None where it can't be read."""
    try:
        if path.endswith(".toml"):
            return {*_of_toml((), tomllib.loads(text))}
        parser = RawConfigParser(strict=False, allow_no_value=True)
        parser.read_string(text)
    except (tomllib.TOMLDecodeError, IniError, RecursionError):
        return None
    return {entry for section in parser.sections() for entry in _of_ini(section, parser)}


def _of_toml(table: tuple[str, ...], value: dict[str, Any]) -> Iterator[Entry]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _of_toml((*table, key), inner)
        else:
            yield table, key, repr(inner)


def _of_ini(section: str, parser: RawConfigParser) -> Iterator[Entry]:
    for option, value in parser.items(section):
        if option in _TABLES:
            for line in filter(None, map(str.strip, (value or "").split("\n"))):
                file, _, rules = line.partition(":")
                yield (section, option), file.strip(), rules.strip()
        else:
            yield (section,), option, value or ""
