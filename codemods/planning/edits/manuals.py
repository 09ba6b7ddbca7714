"""Manuals that show what the source has: they show the destination beside it, where what moves would leave the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.model import Place
from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.imports.lazy_reexports import reexports
from codemods.project.manuals import ModuleShown, documented, modules_shown

# What is looked up in the module that the text above it names: roles, and directives for single definitions.
_BY_MODULE = re.compile(r"^[ \t]*\.\. (?:auto(?!module)\w+|py:\w+|function|class|data|method)::|:\w+:`", re.M)


@dataclass(frozen=True)
class Leaving:
    """A place of a manual that would no longer show some names; ``edit``: None where it can't be kept."""

    place: Place
    names: tuple[str, ...]
    edit: Replacement | None


def leaving(facts: Facts) -> Iterator[Leaving]:
    """Every place that shows moved names because the source defines them."""
    old = facts.project.names.dotted(facts.move.source)
    shown = list(_shown(facts))
    new = facts.project.names.dotted(facts.move.destination)
    there = {name for one in shown if one.module == new for name in _documented(facts) if one.lists(name, True)}
    for one in shown:
        names = sorted(_left(facts, one) - there) if one.module == old else []
        if names:
            yield Leaving(Place(one.path, one.line), tuple(names), _added(facts, one, frozenset(names)))


def shown_beside(facts: Facts) -> Iterator[tuple[str, Replacement]]:
    """(file, edit) for each manual that gets the destination."""
    yield from ((found.place.path, found.edit) for found in leaving(facts) if found.edit is not None)


def _shown(facts: Facts) -> Iterator[ModuleShown]:
    tree, dotted = facts.project.tree, facts.project.names.dotted
    words = {dotted(path).rpartition(".")[2] for path in (facts.move.source, facts.move.destination)}
    for path in sorted(tree.texts_with(words)):
        text = tree.read(path).decode("utf-8", "replace")
        yield from modules_shown(tree, path, text)


def _documented(facts: Facts) -> dict[str, bool]:
    """The moved names, each with whether it has a text for a manual."""
    source = facts.source.source
    return {
        name: documented(source, s.node)
        for group in facts.moving
        for s in group.statements
        for name in sorted(s.binds & facts.moved_names & facts.source.definitions.keys())
    }


def _left(facts: Facts, one: ModuleShown) -> set[str]:
    offered, _ = reexports(facts)
    bound = {new.binds for new in offered}
    exported = frozenset(facts.source.exported or ())
    return {
        name
        for name, has_text in _documented(facts).items()
        if one.lists(name, has_text) and not (name in bound and one.lists_imported(name, exported))
    }


def _added(facts: Facts, one: ModuleShown, names: frozenset[str]) -> Replacement | None:
    """The destination below the source: all of a new module, of one that stands what moves. None where the old place
    names what leaves, or the text is none of ours."""
    if one.named or one.mark.startswith("`"):
        return None
    new = facts.project.names.dotted(facts.move.destination)
    if facts.destination is not None and one.mark == ":::":
        return None
    text = facts.project.tree.read(one.path).decode("utf-8", "replace")
    newline = "\r\n" if "\r\n" in text else "\n"
    rest = text[one.end :]
    rest = rest[: rest.find("automodule::")] if "automodule::" in rest else rest
    added = "\n" + one.beside(new, names if facts.destination is not None else frozenset())
    if one.mark != ":::" and _BY_MODULE.search(rest):
        added += f"\n{one.indent}.. currentmodule:: {one.module}\n"
    added = added if text[: one.end].endswith("\n") else "\n" + added.rstrip("\n")
    why = f"shows {', '.join(sorted(names))} with {new}"
    return Replacement(one.end, one.end, added.replace("\n", newline), why)
