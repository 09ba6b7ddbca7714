"""Settings that hold of the destination and not of the source, and by which moved code would be judged anew."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name
from codemods.project.selected import Selection, selections
from codemods.project.settings import ini_text

# Options of mypy that ask for more when they are true.
_STRICTER = ("disallow_", "check_untyped_defs", "strict", "warn_return_any", "warn_unreachable", "no_implicit_reexport")


def stricter_there(facts: Facts) -> Iterator[tuple[Place, str]]:
    """(where, the setting) of overrides of mypy that ask for more, and of filters of pytest for moved warnings."""
    old, new = facts.move.source, facts.move.destination
    dotted = facts.project.names.dotted
    warns = any(
        isinstance(n, ast.Call) and last_name(n.func).startswith("warn")
        for group in facts.moving
        for s in group.statements
        for n in ast.walk(s.node)
    )
    for one in selections(facts.project.tree):
        if not one.holds_of(dotted(new), new) or one.holds_of(dotted(old), old):
            continue
        if (warns and one.key.endswith("filterwarnings")) or ("mypy" in one.key and _asks_for_more(facts, one, old)):
            yield Place(one.path, one.line), one.key


def _asks_for_more(facts: Facts, one: Selection, source: str) -> bool:
    """Is an option set there that is not set for the source as well?"""
    sections = list(_sections(facts.project.tree.read(one.path).decode(), one.path.endswith(".toml")))
    there = {o for names, options in sections if one.word in names for o in options}
    dotted = facts.project.names.dotted(source)
    here = {
        o for names, options in sections if not names or any(fnmatchcase(dotted, n) for n in names) for o in options
    }
    return "strict" not in here and any(option.startswith(_STRICTER) for option in there - here)


def _sections(text: str, toml: bool) -> Iterator[tuple[list[str], set[str]]]:
    """(modules, none for all; the options that are true) in the settings of mypy."""
    if toml:
        try:
            mypy: Any = tomllib.loads(text).get("tool", {}).get("mypy", {})
        except (tomllib.TOMLDecodeError, RecursionError):
            return
        yield [], {key for key, value in mypy.items() if value is True}
        for table in mypy.get("overrides", ()):
            if isinstance(table, Mapping):
                named = table.get("module", [])
                names = [named] if isinstance(named, str) else [str(name) for name in named]
                yield names, {str(key) for key, value in table.items() if value is True}
        return
    parser = ini_text(text)
    if parser is None:
        return
    for section in parser.sections():
        if section == "mypy" or section.startswith("mypy-"):
            names = [name for name in section[5:].split(",") if name]
            yield names, {key for key, value in parser.items(section) if str(value).lower() in ("true", "1", "yes")}
