"""What a Python file imports, at a glance: told from its bytes, a hundred times faster than by parsing.

It sees every import, at any depth, and may see some that are none (in text); so it can rule a file out, never in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMPORT = re.compile(rb"import(?![A-Za-z0-9_\x80-\xff])")
_HEAD = re.compile(rb"(?<![A-Za-z0-9_.\x80-\xff])from([ \t\f.A-Za-z0-9_\x80-\xff]*)$")
_BRACKETS = re.compile(rb"\s*\(((?:[^)#]|#[^\n]*)*)")
_COMMENT = re.compile(rb"#[^\n]*")
_CONTINUED = re.compile(rb"\\\r?\n")
_BLANK = re.compile(rb"[ \t\f]")


def imports(raw: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each import statement: the module with its dots, and the names taken from it (none for ``import m``)."""
    if b"\\" in raw:
        raw = _CONTINUED.sub(b" ", raw)
    for found in _IMPORT.finditer(raw):
        start = max(raw.rfind(b"\n", 0, found.start()), raw.rfind(b"\r", 0, found.start())) + 1
        head = _HEAD.search(raw, start, found.start())
        tail = _tail(raw, found.end())
        if head is not None:
            yield _text(_BLANK.sub(b"", head[1])), tuple(_first_words(tail))
        elif raw[found.start() - 1 : found.start()] in (b"", b"\n", b"\r", b" ", b"\t", b"\f", b";", b":"):
            for module in _first_words(tail):
                yield module, ()


def _tail(raw: bytes, start: int) -> bytes:
    """What is imported: what the brackets hold, or the rest of the statement."""
    brackets = _BRACKETS.match(raw, start)
    if brackets is not None:
        return _COMMENT.sub(b"", brackets[1])
    end = raw.find(b"\n", start)
    rest = raw[start : end if end >= 0 else len(raw)]
    return re.split(rb"[#;\r]", rest, maxsplit=1)[0]


def _first_words(tail: bytes) -> Iterator[str]:
    for part in tail.split(b","):
        words = part.split()
        if words:
            yield _text(words[0])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
