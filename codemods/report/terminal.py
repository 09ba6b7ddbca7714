"""Shows lines on a stream: in colour on a terminal, as plain text everywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TextIO

from codemods.report.lines import Line

_STYLES = {
    "heading": "bold",
    "good": "green",
    "bad": "bold red",
    "warning": "yellow",
    "faint": "dim",
    "added": "green",
    "removed": "red",
}
_PLAIN = str.maketrans({"✓": "+", "✗": "!"})


def show(lines: Iterable[Line], stream: TextIO) -> None:
    """Write ``lines``; never fails for a character that the stream can't encode."""
    if _coloured(stream):
        from rich.console import Console
        from rich.text import Text

        console = Console(file=stream, highlight=False, soft_wrap=True)
        for line in lines:
            console.print(Text(printable(line.text, stream), _STYLES.get(line.style, "")))
        return
    for line in lines:
        stream.write(printable(line.text, stream) + "\n")
    stream.flush()


def show_diff(lines: Iterable[bytes], stream: TextIO) -> None:
    """Write a diff: in its own bytes, so that a patch made of it applies; coloured on a terminal."""
    raw = getattr(stream, "buffer", None)
    if _coloured(stream) or raw is None:
        text = b"".join(lines).decode("utf-8", "replace")
        show(_diff_lines(text), stream)
        return
    stream.flush()
    raw.writelines(lines)
    raw.flush()


def printable(text: str, stream: TextIO) -> str:
    """``text`` in characters that the stream has."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _coloured(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _diff_lines(text: str) -> Iterator[Line]:
    for line in text.removesuffix("\n").split("\n") if text else ():
        if line.startswith(("diff ", "--- ", "+++ ", "new file", "deleted file")):
            yield Line(line, "heading")
        else:
            yield Line(line.rstrip("\r"), {"+": "added", "-": "removed", "@": "faint"}.get(line[:1], ""))
