"""Comments that tell tools where something begins and ends: what is opened is closed, as far as it was."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from codemods.model import Finding, Place

_TOLD = re.compile(r"#\s*([\w-]+:)\s*(off|on|disable|enable)\b\s*(=[\w ,-]+|\[.*?\])?")
_FOLDED = re.compile(r"#\s*(region\b|endregion\b|</?editor-fold)")
_OPENING = ("off", "disable", "region", "<editor-fold")


def lone_markers(before: Iterable[tuple[str, str, int]], after: Iterable[tuple[str, str, int]]) -> Iterator[Finding]:
    """The markers without a partner that were not so before; comments as (path, text, line), each on its own line."""
    old = Counter(text for _, text, _ in _lone(before))
    for path, text, line in _lone(after):
        old[text] -= 1
        if old[text] < 0:
            yield Finding(Place(path, line), f"the comment {text!r} opens or closes nothing any more")


def _lone(comments: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    opened: dict[tuple[str, ...], list[tuple[str, str, int]]] = defaultdict(list)
    for path, text, line in comments:
        told = _TOLD.match(text)
        found = told or _FOLDED.match(text)
        if found is None:
            continue
        word = told[2] if told else found[1]
        key = (path, told[1], told[3] or "") if told else (path,)
        if word in _OPENING:
            opened[key].append((path, text, line))
        elif opened[key]:
            opened[key].pop()
        else:
            yield path, text, line
    for left in opened.values():
        yield from left
