"""Lists that name modules one by one go on having the moved code: what is installed, what is read as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.model import Check, Finding, Place
from codemods.project import OverlayTree, Source, Tree, Unreadable
from codemods.project.build_files import named_without
from codemods.project.file_lists import SETTINGS, Listed, lists_around, lists_in, lists_of_files, settings_text
from codemods.project.marks import marked_parts
from codemods.proof.checks.read_texts import lost_to_readers
from codemods.proof.checks.text_sections import differences, joined_text
from codemods.proof.comparison.comparison import Comparison

SAYS = "lists of what is installed, or read as text, have the code that they had"

ACCEPTED = "configured-by-name"  # the hazard of that name, by --accept
# (old path, new path) of modules between which something moved.
Ways = frozenset[tuple[str, str]]


def check(comparison: Comparison) -> Check:
    """``comparison`` is of the trees as they are written."""
    failures: list[Finding] = []
    places = 0
    for source, destination in sorted(_ways(comparison)):
        if source not in comparison.old.paths or destination not in comparison.new.paths:
            continue
        ways = (source, destination)
        for findings in (_shipped(comparison, *ways), _read(comparison, *ways), _built(comparison, *ways)):
            for finding in findings:
                places += 1
                failures += [finding] if finding is not None else []
    for finding in lost_to_readers(comparison):
        places += 1
        failures += [finding] if finding is not None else []
    return Check("file lists", SAYS, places, tuple(failures))


def _ways(comparison: Comparison) -> Ways:
    return frozenset((old[0], new[0]) for old, new in comparison.renamed.items())


# -- what is installed


def _shipped(comparison: Comparison, source: str, destination: str) -> Iterator[Finding | None]:
    """One for each list of what is installed that names the source; None where all is well."""
    after = list(lists_around(comparison.new, destination))
    for listed in lists_around(comparison.old, source):
        inside = destination.startswith(listed.path.rpartition("/")[0])  # else it is another project's module now
        if inside and listed.ships and listed.names(comparison.old, source):
            listed_there = any(other.ships and other.names(comparison.new, destination) for other in after)
            found = any("__init__" not in destination and _finds(comparison.new, other, destination) for other in after)
            message = f"{'.'.join(listed.key)} names {listed.entry(comparison.old, source)}, and nothing like it names "
            folder = destination.rpartition("/")[0] if listed.of_packages else destination
            cause = f"not installed {listed.path} {listed.key} {folder}"
            yield (
                None
                if listed_there or found
                else Finding(
                    Place(listed.path),
                    f"{message}{destination}: an installed project would not have it",
                    "not-installed",
                    cause=cause,
                )
            )


def _finds(tree: Tree, listed: Listed, module: str) -> bool:
    """``packages = find:`` has the packages that there are."""
    return listed.of_packages and listed.entries[0].startswith("find") and bool(listed.entry(tree, module))


def _built(comparison: Comparison, source: str, destination: str) -> Iterator[Finding | None]:
    """One for each build file that names the source alone; what a user accepts is none."""
    accepted = any(ACCEPTED in move.accept for move in comparison.moves)
    before = {path for path, _ in named_without(comparison.old, source, destination)}
    now = dict(named_without(comparison.new, source, destination)) if before and not accepted else {}
    for path in sorted(before):
        message = f"this names {source}, which is built, copied or compiled by it, and not {destination}"
        yield Finding(Place(path, now[path]), message, "not-installed") if path in now else None


# -- what is read as text


def _read(comparison: Comparison, source: str, destination: str) -> Iterator[Finding | None]:
    """One for each list of files to be read that names the source, where moved code stood in a marked part of it."""
    names = _marked_names(comparison, source, destination)
    if not names:
        return
    for path in sorted(comparison.old.code_with([source.rpartition("/")[2]])):
        if path == source or path not in comparison.new.paths:
            continue
        old, new = _source(comparison.old, path), _source(comparison.new, path)
        if old is None or new is None:
            continue
        after = list(lists_of_files(comparison.new, new, source))
        for node, folder in lists_of_files(comparison.old, old, source):
            wanted = _files(node, folder)
            lists = [_files(other, below) for other, below in after if {*wanted} <= {*_files(other, below)}]
            if not lists or destination not in lists[0]:
                message = f"this list names {source} to be read, and not {destination}, where marked code is now"
                yield Finding(old.place(node), message, "list-of-files")
                continue
            for name in sorted(names):
                before = joined_text(comparison.old, wanted, name)
                lost = [*differences(before, joined_text(comparison.new, lists[0], name))]
                yield Finding(new.place(node), lost[0], "list-of-files") if lost else None


def _marked_names(comparison: Comparison, source: str, destination: str) -> set[str]:
    """The names of the marked parts of the source from which something moved."""
    old = _source(comparison.old, source)
    parts = marked_parts(old) if old is not None else ()
    moved = [p.old.node.lineno for p in comparison.pairing.pairs if p.old.path == source and p.new.path == destination]
    return {part.name for part in parts for line in moved if part.covers(line)}


def _files(node: ast.expr, folder: str) -> tuple[str, ...]:
    return tuple(folder + item.value for item in getattr(node, "elts", ()))


def _source(tree: Tree, path: str) -> Source | None:
    try:
        source = tree.source(path) if path.endswith(".py") else None
        return source if source is not None and source.tree else None
    except (Unreadable, OSError):
        return None


# -- what the other checks see


def without_entries(comparison: Comparison) -> Comparison:
    """The same comparison, the new tree's lists without entries that stand in them because of the move."""
    ways = _ways(comparison)
    marked = frozenset(way for way in ways if _marked_names(comparison, *way))
    places = {path for way in ways for path in way}
    after: dict[str, bytes | None] = {}
    for path in comparison.touched:
        settings = path.rpartition("/")[2] in SETTINGS
        if not settings and not (marked and path.endswith(".py")):
            continue
        if path in places or path not in comparison.old.paths or path not in comparison.new.paths:
            continue
        old, new = settings_text(comparison.old, path), settings_text(comparison.new, path)
        text = new
        if settings:
            for way in sorted(ways):
                text = _without_settings(comparison, path, old, text, way)
        else:
            text = _without_files(comparison, path, old, text, marked)
        if text != new:
            after[path] = comparison.new.source(path).encode(text) if path.endswith(".py") else text.encode()
    if not after:
        return comparison
    changes = {p: comparison.new.read(p) if p in comparison.new.paths else None for p in comparison.touched}
    return replace(comparison, new=OverlayTree(comparison.old, changes | after))


def _without_settings(comparison: Comparison, path: str, old: str, new: str, way: tuple[str, str]) -> str:
    for key, entries in lists_in(path, new).items():
        before = Listed(path, key, lists_in(path, old).get(key, ()))
        if before.names(comparison.old, way[0]):
            packages = [p for p in comparison.touched if p.endswith("/__init__.py") and before.of_packages]
            for module in (way[1], *packages):
                entry = before.entry(comparison.new, module)
                if entry and entry in entries and entry not in before.entries:
                    new = _without(path, old, new, key, entry)
    return new


def _without(path: str, old: str, new: str, key: tuple[str, ...], entry: str) -> str:
    """The text that lacks this one entry of this list."""
    lists = lists_in(path, new)
    wanted = lists | {key: tuple(e for e in lists[key] if e != entry)}
    quotes = r"[\"']" if path.endswith((".toml", ".py")) else ""
    texts = [
        text
        for found in re.finditer(rf"(?<![\w.-]){quotes}{re.escape(entry)}{quotes}(?![\w.-])", new)
        for text in _cuts(new, found.start(), found.end())
        if lists_in(path, text) == wanted
    ]
    return _nearest(texts, old, new)


def _without_files(comparison: Comparison, path: str, old: str, new: str, marked: Ways) -> str:
    """The text whose lists of files have none that came beside the source of marked code."""
    come = {destination for _, destination in marked}
    try:
        before = Source(path, old.encode())
        for source, destination in sorted(marked):
            standing = [_files(node, below) for node, below in lists_of_files(comparison.old, before, source)]
            after = Source(path, new.encode())
            for node, folder in lists_of_files(comparison.new, after, source):
                files = _files(node, folder)
                kept = [tuple(f for f in files if f in one or f not in come) for one in standing]
                item = next((i for i in getattr(node, "elts", ()) if folder + i.value == destination), None)
                if item is not None and any(
                    k == one and destination not in one for k, one in zip(kept, standing, strict=True)
                ):
                    new = _nearest([*_cuts(new, after.start(item), after.end(item))], old, new)
                    break
    except Unreadable:
        pass
    return new


def _cuts(text: str, start: int, end: int) -> Iterator[str]:
    """The text without an entry: with the comma below it or above it, with its line."""
    rest, above = text[end:], text[:start]
    comma = re.match(r"[ \t]*,[ \t]*", rest)
    yield above + rest[comma.end() if comma else 0 :]
    yield re.sub(r",\s*\Z", "", above) + rest
    line = re.match(r"[ \t]*,?[ \t]*(\r?\n|\Z)", rest)
    if line is not None and not text[text.rfind("\n", 0, start) + 1 : start].strip():
        yield text[: text.rfind("\n", 0, start) + 1] + rest[line.end() :]


def _nearest(texts: list[str], old: str, new: str) -> str:
    """The one in which the fewest lines are not of before."""
    lines = {*old.splitlines()}
    return min(texts, key=lambda text: sum(line not in lines for line in text.splitlines()), default=new)
