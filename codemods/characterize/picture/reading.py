"""The lines of a recorded tape, taken apart again as far as a picture needs it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_TIME = re.compile(r"(\d+):(\d\d):(\d\d\.\d{3})  ")
_COUNTS = re.compile(r"= \d+ operations in \d+:\d\d:\d\d\.\d{3}")
_VALUE = re.compile("\0(\\d+)\0")
_NARROWEST = 6  # characters that the name of a client takes at least
_SHORT = 20  # characters of a value that are shown in full
_DECODER = json.JSONDecoder()


class Kind(StrEnum):
    """What a line of a tape is about."""

    OPERATION = "operation"
    DELIVERY = "delivery"
    EVENT = "event"
    LOG = "log"
    RAISED = "raised"
    NOTE = "note"


EVENTS = ("connect", "disconnect", "cut")


@dataclass(frozen=True)
class Line:
    """One line: who did what when. `at` is in virtual seconds, 0 where the tape has no times."""

    at: float
    kind: Kind
    who: str
    what: str  # without values and answers: "update workers/w1 after 3"
    fields: tuple[str, ...] = ()  # of the value: those that are on the tape
    changes: tuple[str, ...] = ()  # the same with their values, where the tape has only what changed
    answers: tuple[str, ...] = ()
    fault: str = ""
    text: str = field(default="", compare=False)  # the whole of it

    @property
    def failed(self) -> bool:
        """Whether the answer is that it was not done, or none came."""
        return any(one.startswith(("error", "no responders", "(no answer)", "status 4")) for one in self.answers)


class UnreadableTapeError(ValueError):
    """The text is no tape."""


def read(text: str) -> tuple[list[Line], str]:
    """The lines of a tape, and its last line, which has the counts. UnreadableTapeError for other text."""
    lines = text.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines or not _COUNTS.fullmatch(lines[-1]):
        raise UnreadableTapeError("a tape ends with a line of counts, like '= 12 operations in 0:00:30.000'")
    counts = lines.pop().removeprefix("= ")
    timed = [_timed(one) for one in lines]
    width = _width([rest for _, rest in timed if not rest.startswith("# ")])
    return [_line(at, rest, width) for at, rest in timed], counts


def _timed(line: str) -> tuple[float, str]:
    found = _TIME.match(line)
    if not found:
        return 0.0, line
    return 3600 * int(found[1]) + 60 * int(found[2]) + float(found[3]), line[found.end() :]


def _width(lines: list[str]) -> int:
    """How many characters the names of the clients take, in all lines the same."""
    longest = max((len(one) for one in lines), default=0)
    for width in range(_NARROWEST, longest):
        if all(one[width : width + 2] == "  " and one[width + 2 : width + 3].strip() for one in lines):
            return width
    if lines:
        raise UnreadableTapeError("the lines of a tape begin with a time and the name of a client")
    return _NARROWEST


def _line(at: float, rest: str, width: int) -> Line:
    if rest.startswith("# "):
        return Line(at, Kind.NOTE, "", rest[2:], text=rest[2:])
    who, text = rest[:width].rstrip(), rest[width + 2 :]
    if who in ("log", "raised"):
        return Line(at, Kind(who), "", text, text=text)
    if text in EVENTS or who == "server":
        return Line(at, Kind.EVENT, who, text, text=text)
    kind = Kind.DELIVERY if text.startswith("receives ") else Kind.OPERATION
    words, values = _apart(text)
    asked, *told = words.split(" -> ")
    found = [values[int(number)] for number in _VALUE.findall(asked)]
    written = next((one for one in found if isinstance(one.value, dict) and not one.is_headers), None)
    fields = written.value if written else {}
    changes = tuple(f"{k}: {_short(v)}" for k, v in fields.items()) if written and written.partial else ()
    fault = re.search(r" \[(.+)\]$", asked)
    what = _VALUE.sub("", asked.removesuffix(fault[0] if fault else "")).strip()
    answers = tuple(_answer(one, values) for one in told)
    return Line(at, kind, who, what, tuple(fields), changes, answers, fault[1] if fault else "", text)


@dataclass(frozen=True)
class _Value:
    """A value in a line: JSON, of which a tape shows only what changed where it begins with `{… `."""

    value: Any
    partial: bool
    is_headers: bool


def _apart(text: str) -> tuple[str, list[_Value]]:
    """The words of a line, in which a number between two NULs stands for each value; and the values."""
    words, values, at = "", [], 0
    while at < len(text):
        found = _value_at(text, at)
        if found:
            value, end, partial = found
            is_headers = words.endswith("headers ")
            words = words.removesuffix("headers ") + f"\0{len(values)}\0"
            values.append(_Value(value, partial, is_headers))
            at = end
        else:
            words += text[at]
            at += 1
    return words, values


def _value_at(text: str, at: int) -> tuple[Any, int, bool] | None:
    if text[at] not in '{["' or text[at - 1 : at] != " ":
        return None
    partial = text.startswith("{… ", at)
    try:
        value, size = _DECODER.raw_decode("{" + text[at + 3 :] if partial else text[at:])
    except ValueError:
        return None  # a fault, which stands in brackets too
    return value, at + size + (2 if partial else 0), partial


def _answer(words: str, values: list[_Value]) -> str:
    """An answer in few words: the value only where there is nothing else, and it is short."""
    said = _VALUE.sub("", words).strip()
    if said:
        return said
    shown = _short(values[int(_VALUE.findall(words)[0])].value)
    return "a value" if shown == "…" else shown


def _short(value: Any) -> str:
    """A value in a few characters, or none of it."""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _SHORT else "…"
