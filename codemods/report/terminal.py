"""Shows lines on a stream: in colour on a terminal, as plain text everywhere else."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TextIO

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
# What --color says: auto, always, never.
colour = "auto"
_PLAIN = str.maketrans({"✓": "+", "✗": "!"})


def show(lines: Iterable[Line], stream: TextIO) -> None:
    """Write ``lines``; never fails for a character that the stream can't encode."""
    if coloured(stream):
        from rich.console import Console
        from rich.text import Text

        console = Console(file=stream, highlight=False, soft_wrap=True, force_terminal=True)
        for line in lines:
            console.print(Text(printable(line.text, stream), _STYLES.get(line.style, "")))
        return
    for line in lines:
        stream.write(printable(line.text, stream) + "\n")
    stream.flush()


def show_diff(lines: Iterable[bytes], stream: TextIO) -> None:
    """Write a diff: in its own bytes, so that a patch made of it applies; coloured on a terminal."""
    raw = getattr(stream, "buffer", None)
    if coloured(stream) or raw is None:
        show(_diff_lines(b"".join(lines).decode("utf-8", "replace")), stream)
        return
    stream.flush()
    raw.writelines(lines)
    raw.flush()


@contextmanager
def paged(stream: TextIO, wanted: bool = True) -> Iterator[TextIO]:
    """A stream to write long output to: $PAGER where ``stream`` is a terminal, as git does; else ``stream`` itself."""
    command = os.environ.get("PAGER", "less") if wanted and stream.isatty() else ""
    if not command or command == "cat" or os.environ.get("TERM") == "dumb":
        yield stream
        return
    import subprocess

    # less: colours as they are, no pager for one screen, what was read stays on the screen.
    surroundings = {"LESS": "FRX", **os.environ}
    try:
        pager = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=surroundings)
    except OSError:
        yield stream
        return
    assert pager.stdin is not None
    try:
        yield _ToPager(pager.stdin, stream.encoding)
        pager.stdin.close()
    except BrokenPipeError:
        pass  # Who has read enough leaves the pager.
    finally:
        pager.wait()


class _ToPager(io.TextIOWrapper):
    """The pager's input, coloured as the terminal behind it would be."""

    def __init__(self, pipe: IO[bytes], encoding: str) -> None:
        super().__init__(pipe, encoding=encoding, errors="backslashreplace")  # type: ignore[type-var]

    def isatty(self) -> bool:
        return True


def printable(text: str, stream: TextIO) -> str:
    """``text`` in characters that the stream has."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def coloured(stream: TextIO) -> bool:
    """Is colour wanted there? What --color says; else NO_COLOR and FORCE_COLOR, else whether it is a terminal."""
    if colour != "auto":
        return colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _diff_lines(text: str) -> Iterator[Line]:
    for line in text.removesuffix("\n").split("\n") if text else ():
        if line.startswith(("diff ", "--- ", "+++ ", "new file", "deleted file")):
            yield Line(line, "heading")
        else:
            yield Line(line.rstrip("\r"), {"+": "added", "-": "removed", "@": "faint"}.get(line[:1], ""))
