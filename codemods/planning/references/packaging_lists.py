"""Lists that name the source's file or module: they name the destination too, so that moved code stays in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from codemods.bindings import Moment
from codemods.model import Hazard
from codemods.planning.edits.model import DeferredImport, NewImport, Replacement
from codemods.planning.facts import Facts
from codemods.project import OverlayTree
from codemods.project.file_lists import Listed, lists_around, lists_in, lists_of_files, settings_text
from codemods.project.marks import Marked, marked_parts


def entered(facts: Facts, new_packages: Iterable[str]) -> Iterator[tuple[str, Replacement]]:
    """(file, edit) for each list that gets an entry."""
    yield from _in_settings(facts, tuple(new_packages))
    yield from _in_readers(facts)


# -- settings


def _in_settings(facts: Facts, new_packages: tuple[str, ...]) -> Iterator[tuple[str, Replacement]]:
    tree, move = facts.project.tree, facts.move
    after = OverlayTree(tree, dict.fromkeys({*new_packages, move.destination} - tree.paths, b""))
    for listed in lists_around(tree, move.source):
        # Settings of checkers for a file that stays are left; a list of what is installed needs the new file.
        if not listed.names(tree, move.source) or (facts.destination is not None and not listed.ships):
            continue
        paths = (*new_packages, move.destination) if listed.of_packages else (move.destination,)
        entries = dict.fromkeys(listed.entry(after, path) for path in paths)
        text = settings_text(tree, listed.path)
        new = [entry for entry in entries if entry and entry not in listed.entries]
        for entry in new:
            edit = entry_in(listed, text, listed.entry(tree, move.source), entry)
            if edit is not None:
                yield listed.path, edit


def entry_in(listed: Listed, text: str, beside: str, entry: str) -> Replacement | None:
    """The edit that gives the list an entry, and no other list: found by reading what each would make of the text."""
    lists = lists_in(listed.path, text)
    quoted = listed.path.endswith((".toml", ".py"))
    pattern = rf"(?P<q>[\"']){re.escape(beside)}(?P=q)" if quoted else rf"(?<![\w.-]){re.escape(beside)}(?![\w.-])"
    for found in re.finditer(pattern, text):
        quote = found["q"] if quoted else ""
        edit = _below(text, found.start(), found.end(), f"{quote}{entry}{quote}", "," if quoted else "")
        made = lists_in(listed.path, text[: edit.start] + edit.text + text[edit.end :])
        entries = made.get(listed.key, ())
        if entry in entries and made | {listed.key: tuple(e for e in entries if e != entry)} == lists:
            return Replacement(edit.start, edit.end, edit.text, f"{'.'.join(listed.key)} names {entry} too")
    return None


def _below(text: str, start: int, end: int, entry: str, comma: str) -> Replacement:
    """An entry after another one: on a line of its own if that has one, comments beside it staying where they are."""
    top = text.rfind("\n", 0, start) + 1
    bottom = text.find("\n", end)
    bottom = len(text) if bottom < 0 else bottom
    newline = "\r\n" if text[:bottom].endswith("\r") else "\n"
    indent, rest = text[top:start], text[end:bottom].rstrip("\r")
    if indent.strip() or not re.fullmatch(r"\s*,?\s*(?:#.*)?", rest):
        return Replacement(end, end, f", {entry}")
    if comma and not rest.lstrip().startswith(","):
        return Replacement(end, end, f"{comma}{newline}{indent}{entry}")
    at = end + len(rest)
    return Replacement(at, at, f"{newline}{indent}{entry}{comma}")


# -- programs that read the source as text


def part_of(facts: Facts) -> Marked | None:
    """The marked part of the source in which everything stands that moves; None where it is not one."""
    lines = [s.node.lineno for group in facts.moving for s in group.statements]
    parts = {part for part in marked_parts(facts.source.source) for line in lines if part.covers(line)}
    only = parts.pop() if len(parts) == 1 else None
    return only if only is not None and all(map(only.covers, lines)) else None


def marked(facts: Facts, imports: Iterable[NewImport]) -> tuple[NewImport, ...]:
    """The imports that moved code brings along, those marked that stand in its marked part of the source."""
    part, found = part_of(facts), facts.source.top_imports
    if part is None or facts.destination is not None:
        return tuple(imports)
    return tuple(
        replace(new, marked=any(part.covers(item.node.lineno) for item in found.get(new.binds, ()))) for new in imports
    )


def late_in_text(facts: Facts, late: Iterable[DeferredImport]) -> Iterator[Hazard]:
    """Functions that would import when they run, in a text that belongs to no package."""
    if part_of(facts) is None:
        return
    for item, (path, _, _) in product(late, readers(facts)):
        place = facts.source.source.place(item.function)
        reason = (
            f"it would import {item.new.binds} when it runs, and {path} cuts it out as text, where no such import works"
        )
        yield Hazard("read-as-text", place, reason, (f"move {item.new.binds} along with it",))


def readers(facts: Facts) -> Iterator[tuple[str, ast.expr, str]]:
    """(file, list, folder) for each list of files to be read in which the source is."""
    tree, source = facts.project.tree, facts.move.source
    for module in facts.project.modules_mentioning(source.rpartition("/")[2]):
        if module.path not in (source, facts.move.destination):
            for node, folder in lists_of_files(tree, module.source, source):
                yield module.path, node, folder


def _in_readers(facts: Facts) -> Iterator[tuple[str, Replacement]]:
    """Programs that put marked parts together get the new file beside the source: above it if the source reads moved
    names while it is imported, else below."""
    move = facts.move
    if part_of(facts) is None or facts.destination is not None:
        return
    above = any(
        reference.name in facts.moved_names and reference.moment is Moment.IMPORT
        for group in facts.staying
        for reference in group.references
    )
    for path, node, folder in readers(facts):
        source = facts.project.module(path).source
        for item in getattr(node, "elts", ()):
            if folder + item.value == move.source and move.destination.startswith(folder):
                start, end = source.start(item), source.end(item)
                quote = source.text[end - 1]
                entry = f"{quote}{move.destination[len(folder) :]}{quote}"
                edit = _above(source.text, start, entry) if above else _below(source.text, start, end, entry, ",")
                why = f"a list of files to read names {move.destination[len(folder) :]} too"
                yield path, Replacement(edit.start, edit.end, edit.text, why)


def _above(text: str, start: int, entry: str) -> Replacement:
    top = text.rfind("\n", 0, start) + 1
    indent = text[top:start]
    newline = "\r\n" if text[:top].endswith("\r\n") else "\n"
    return Replacement(start, start, f"{entry},{newline}{indent}" if not indent.strip() else f"{entry}, ")
