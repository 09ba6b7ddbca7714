"""Parts of a module between comments like ``###{name`` and ``###}``: marked for programs that cut them out as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codemods.project.source import Source

_OPENS = re.compile(r"#+\s*\{\s*(?P<name>[\w.-]+)\s*$")
_CLOSES = re.compile(r"#+\s*\}\s*$")
# A quick test that rules out nearly every module: it has no mark.
_ANY = re.compile(r"(?:\A|[\r\n])#+\s*[{}]")


@dataclass(frozen=True)
class Marked:
    """One marked part: the lines of both marks, and the marks as they are written."""

    name: str
    top: int
    bottom: int
    opens: str
    closes: str

    def covers(self, line: int) -> bool:
        return self.top < line < self.bottom


def is_mark(comment: str) -> bool:
    """Does a comment open or close a marked part?"""
    return bool(_OPENS.match(comment) or _CLOSES.match(comment))


def closes_part(comment: str) -> bool:
    return bool(_CLOSES.match(comment))


def marked_parts(source: Source) -> tuple[Marked, ...]:
    """The marked parts of a module; marks stand at the beginning of their lines, outside of statements."""
    if not _ANY.search(source.text):
        return ()
    marks = [
        (number, line.strip())
        for number in range(1, len(source.line_starts) + 1)
        if (line := source.line(number)).startswith("#") and is_mark(line)
    ]
    if len(marks) < 2:
        return ()
    inside = {n for s in source.tree.body for n in range(s.lineno, (s.end_lineno or s.lineno) + 1)}
    found: list[Marked] = []
    opened: tuple[int, str, str] | None = None
    for number, text in marks:
        if number in inside:
            continue
        if (opens := _OPENS.match(text)) is not None:
            opened = number, text, opens["name"]
        elif opened is not None:
            found.append(Marked(opened[2], opened[0], number, opened[1], text))
            opened = None
    return tuple(found)
