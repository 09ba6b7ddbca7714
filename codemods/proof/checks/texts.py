"""Touched files that are no Python say what they said, under the moved names' new paths."""

from __future__ import annotations

import re
from itertools import zip_longest

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.checks.ended_paths import ended
from codemods.proof.checks.ignored_rules import only_same_rules
from codemods.proof.checks.manuals import without_new_modules
from codemods.proof.comparison.canonical_texts import in_old_form, moved_paths
from codemods.proof.comparison.comparison import Comparison

SAYS = "documents and configuration say what they said, but for the paths of moved names"


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    paths = [path for path in comparison.touched if not path.endswith((".py", ".pyi"))]
    olds = moved_paths(comparison)
    for path in paths:
        old, new = _text(comparison, path, after=False), _text(comparison, path, after=True)
        if path not in comparison.old.paths or path not in comparison.new.paths:
            says = "the file is new" if path in comparison.new.paths else "the file is gone"
            failures.append(Finding(Place(path), says, "text", Kind.OTHER, cause=says))
        elif old is None or new is None:
            failures.append(Finding(Place(path), "the file is no text, and changed", "text", Kind.OTHER))
        elif (one := in_old_form(old, olds)) != (
            two := in_old_form(without_new_modules(comparison, path, _with_old_files(comparison, path, new)), olds)
        ):
            if only_same_rules(comparison, path, old, new):
                continue
            where = Place(path, _first_difference(one, two))
            failures.append(Finding(where, "its text is not the same", "text", Kind.OTHER, Place(path)))
    failures += ended(comparison)
    return Check("texts", SAYS, len(paths), tuple(failures))


def _with_old_files(comparison: Comparison, path: str, text: str) -> str:
    """The names of modules of before, and pytest's node ids of what moved under the file in which it stood."""
    text = comparison.old_names.said_before(text, path)
    for (old, name), (new, now) in comparison.renamed.items():
        if f"{new}::{now}" in text:
            text = re.sub(rf"(?<![\w/]){re.escape(new)}::{re.escape(now)}(?!\w)", f"{old}::{name}", text)
    return text


def _first_difference(old: str, new: str) -> int:
    lines = zip_longest(old.splitlines(), new.splitlines())
    return next((number for number, (one, two) in enumerate(lines, 1) if one != two), 0)


def _text(comparison: Comparison, path: str, after: bool) -> str | None:
    tree = comparison.new if after else comparison.old
    try:
        return tree.read(path).decode() if path in tree.paths else None
    except (OSError, UnicodeDecodeError):
        return None
