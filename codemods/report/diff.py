"""The change set as a unified diff that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from codemods.model import ChangeSet


def unified_diff(changes: ChangeSet) -> Iterator[bytes]:
    """The lines of the diff, with their ends, in the bytes of the files themselves."""
    for path in changes.paths:
        yield from _file(path, changes.before.get(path), changes.after[path])


def _file(path: str, before: bytes | None, after: bytes | None) -> Iterator[bytes]:
    old, new = _label("a", path), _label("b", path)
    yield b"diff --git " + old + b" " + new + b"\n"
    if before is None:
        yield b"new file mode 100644\n"
    if after is None:
        yield b"deleted file mode 100644\n"
    tab = b"\t" if b" " in old else b""
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _split(before or b""),
        _split(after or b""),
        b"/dev/null" if before is None else old + tab,
        b"/dev/null" if after is None else new + tab,
    )
    for line in lines:
        yield line
        if not line.endswith(b"\n"):
            yield b"\n\\ No newline at end of file\n"


def _label(side: str, path: str) -> bytes:
    raw = os.fsencode(f"{side}/{path}")
    if any(byte < 32 or byte >= 127 or byte in b'"\\' for byte in raw):
        return b'"' + b"".join(b"\\%03o" % b if b < 32 or b >= 127 or b in b'"\\' else b"%c" % b for b in raw) + b'"'
    return raw


def _split(data: bytes) -> list[bytes]:
    """Lines as diff and git count them: a lone carriage return or form feed ends none."""
    *lines, rest = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([rest] if rest else [])
