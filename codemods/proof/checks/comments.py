"""No comment is lost; and a comment that opens a region for a tool still has the one that closes it."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.pairing import Statement

_SWITCH = re.compile(r"#\s*([\w-]+:)\s*(off|on|disable|enable)(?![\w-])\s*(=[\w ,-]+|\[.*?\])?")
_FOLDED = re.compile(r"#\s*(region\b|endregion\b|</?editor-fold)")
_OPENING = ("off", "disable", "region", "<editor-fold")

# (path, text, line) of a comment on its own line.
Marker = tuple[str, str, int]


def comments(comparison: Comparison) -> Iterator[Finding]:
    """Comments that are gone, or open or close nothing any more."""
    paths = [p for p in comparison.changed if _lines(comparison.before, p) != _lines(comparison.after, p)]
    old = {path: list(_comments_of(comparison.before, path)) for path in paths}
    new = {path: list(_comments_of(comparison.after, path)) for path in paths}
    before = Counter(text for several in old.values() for text, _, importing in several if not importing)
    after = Counter(text for several in new.values() for text, _, _ in several)
    places = {text: Place(path, line) for path in paths for text, line, importing in old[path] if not importing}
    edited = [(s.path, s.node.lineno, s.node.end_lineno or 0) for s in _altered(comparison)]
    for text in before - after:
        where = places[text]
        if any(path == where.path and first <= where.line <= last for path, first, last in edited):
            continue
        yield Finding(places[text], f"the comment {text!r} is gone", "comment", Kind.STYLE, places[text])
    yield from _lone_markers(_alone(comparison.before, old), _alone(comparison.after, new))


def _altered(comparison: Comparison) -> Iterator[Statement]:
    """Statements of before that are gone, or edited: their comments are theirs."""
    yield from comparison.pairing.gone
    yield from (pair.old for pair in comparison.pairing.pairs if pair.edited)


def _lines(snapshot: Snapshot, path: str) -> list[bytes]:
    """The lines that may have a comment."""
    return [line.strip() for line in (snapshot.bytes(path) or b"").splitlines() if b"#" in line]


def _comments_of(snapshot: Snapshot, path: str) -> Iterator[tuple[str, int, bool]]:
    """(text, line, whether it stands on an import)."""
    symbols = snapshot.symbols(path)
    if symbols is None or "#" not in symbols.source.text:
        return
    imports: set[int] = set()
    for node in symbols.source.nodes.imports:
        imports.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    text = re.sub(r"\r\n?", "\n", symbols.source.text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.rstrip(), token.start[0], token.start[0] in imports


def _alone(snapshot: Snapshot, found: dict[str, list[tuple[str, int, bool]]]) -> Iterator[Marker]:
    """Those on their own lines."""
    for path, several in found.items():
        symbols = snapshot.symbols(path)
        for text, line, _ in several:
            if symbols is not None and symbols.source.line(line).strip().startswith("#"):
                yield path, text, line


def _lone_markers(before: Iterable[Marker], after: Iterable[Marker]) -> Iterator[Finding]:
    """The markers without a partner that were not so before; comments as (path, text, line), each on its own line."""
    old = Counter(text for _, text, _ in _lone(before))
    for path, text, line in _lone(after):
        old[text] -= 1
        if old[text] < 0:
            message = f"the comment {text!r} opens or closes nothing any more"
            yield Finding(Place(path, line), message, "comment", Kind.STYLE)


def _lone(comments: Iterable[Marker]) -> Iterator[Marker]:
    opened: dict[tuple[str, ...], list[Marker]] = defaultdict(list)
    for path, text, line in comments:
        switch = _SWITCH.match(text)
        found = switch or _FOLDED.match(text)
        if found is None:
            continue
        word = switch[2] if switch else found[1]
        key = (path, switch[1], switch[3] or "") if switch else (path,)
        if word in _OPENING:
            opened[key].append((path, text, line))
        elif opened[key]:
            opened[key].pop()
        else:
            yield path, text, line
    for left in opened.values():
        yield from left
