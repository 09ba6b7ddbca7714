"""Modules that a change adds stand in folders: whoever goes through one of those finds a module more.

What they make of it, an entry in a menu or one more import, can't be read off. So the check names the code that goes
through such a folder, as evidence beside the assumption that one more is nothing to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project import Unreadable
from codemods.proof.comparison.comparison import Comparison

SAYS = "code that goes through the modules of a folder finds those that the change adds"
CODE = "listed-modules"
_BY_NAME = ("iter_modules", "walk_packages")
_BY_FILE = ("glob", "iglob", "rglob", "iterdir", "listdir", "scandir")
_BELOW = ("walk_packages", "rglob")  # and the folders in it
_OWN_FOLDER = ("__path__", "__file__", "__name__", "__package__")


def check(comparison: Comparison) -> Check:
    added = sorted(p for p in comparison.new.paths - comparison.old.paths if p.endswith(".py"))
    listing = list(_listing(comparison)) if added else []
    found = [
        (module, place) for module in added for place, below in listing if _goes_through(place.path, module, below)
    ]
    assumed = tuple(
        Finding(Place(module), f"{place} lists that folder, and ignores the new module {module}", CODE, Kind.NOTE)
        for module, place in found
    )
    return Check("listed modules", SAYS, len(found), assumptions=assumed)


def _goes_through(path: str, module: str, below: bool) -> bool:
    """Does a module that goes through its own folder find another one there, or below?"""
    folder, home = path.rpartition("/")[0], module.rpartition("/")[0]
    return home == folder or (below and f"{home}/".startswith(f"{folder}/" if folder else ""))


def _listing(comparison: Comparison) -> Iterator[tuple[Place, bool]]:
    """Where code goes through the folder in which it stands itself, and whether those below too; once for a module."""
    tree = comparison.new
    for path in sorted(tree.code_with([*_BY_NAME, *_BY_FILE])):
        raw = tree.peek(path)
        if not path.endswith(".py") or not any(word.encode() in raw for word in _OWN_FOLDER):
            continue
        try:
            source = tree.source(path)
        except (Unreadable, OSError):
            continue
        for call in source.nodes.of(ast.Call):
            named = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if named in _BY_NAME or (named in _BY_FILE and b".py" in raw):
                yield source.place(call), named in _BELOW
                break
