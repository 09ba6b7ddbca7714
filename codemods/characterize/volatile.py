"""Values that differ from run to run: declared by field, replaced where just they stand, missed if not."""

from __future__ import annotations

import os
import re
import socket
import tempfile
import time
from datetime import UTC, datetime
from typing import Any

import time_machine

# Declared from the start, but for these values alone: a host or a pid that the test gave is no other next time.
HERE: dict[str, Any] = {"host": socket.gethostname(), "hostname": socket.gethostname(), "pid": os.getpid()}
os.register_at_fork(after_in_child=lambda: HERE.update(pid=os.getpid()))
_TOKENS = re.compile(r"([./ ])")
_EPOCHS = (1, 10**3, 10**6, 10**9)  # seconds since 1970, in the units in which people write them
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?=[T ]\d\d:\d\d)")
_hatch = time_machine.escape_hatch
_TODAY = _hatch.time.time() if _hatch.is_travelling() else time.time()
_SUSPECTS = {
    "a UUID": re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"),
    "a NUID": re.compile(r"\b(?=\w*[a-z])(?=\w*[A-Z])(?=\w*[0-9])[0-9A-Za-z]{22}\b"),
    "an inbox": re.compile(r"_INBOX\.\w{8,}"),
    "an address with a port": re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d+"),
    "an address in memory": re.compile(r"\b0x[0-9a-f]{8,}\b"),
    "a temporary path": re.compile(re.escape(tempfile.gettempdir()) + r"/\w{5,}"),
}


class VolatileError(AssertionError):
    """Something on the tape will be different the next time, and was not declared."""


class Volatile:
    """The declared fields, and a name for each value that they had.

    A declaration with a `*` is a pattern of targets as the tape shows them, like `locks/*` or `jobs.*.log`:
    what stands in the place of the `*` differs.
    """

    def __init__(self, *fields: str) -> None:
        self.fields = {one for one in fields if "*" not in one}
        self._places = [_Place(one) for one in fields if "*" in one]
        self._names: dict[Any, str] = {}
        self._counts: dict[str, int] = {}

    def name(self, field: str, value: Any) -> str:
        """The name that stands for this value: `<pid>`, and `<pid 2>` for the second one."""
        if value not in self._names:
            count = self._counts[field] = self._counts.get(field, 0) + 1
            self._names[value] = f"<{field}>" if count == 1 else f"<{field} {count}>"
        return self._names[value]

    def known(self, value: Any, name: str) -> None:
        """A value that has a name of its own, whatever field it stands in."""
        self._names[value] = name

    def learn(self, value: Any, field: str = "") -> None:
        """Give names to all values of declared fields in here."""
        if isinstance(value, dict):
            for key, one in value.items():
                self.learn(one, key)
        elif isinstance(value, list):
            for one in value:
                self.learn(one, field)
        elif self._differs(field, value):
            self.name(field, value)

    def learn_target(self, target: str) -> None:
        """Give names to what stands in declared places of a key or subject."""
        for place in self._places:
            for value in place.values(target):
                self.name(place.name, value)

    def _differs(self, field: str, value: Any) -> bool:
        if value in (None, "") or isinstance(value, bool):
            return False
        return field in self.fields or HERE.get(field) == value

    def clean(self, value: Any, field: str = "") -> Any:
        """The same with names in place of declared values."""
        if isinstance(value, dict):
            return {self.token(key): self.clean(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self.clean(one, field) for one in value]
        if self._differs(field, value):
            return self.name(field, value)
        if isinstance(value, str):
            if value.startswith("_INBOX."):
                return "<inbox>"
            return self._names.get(value, value)
        return value

    def token(self, text: str) -> str:
        """A subject, key or target, whose whole parts may be declared values."""
        if text in self._names:
            return self._names[text]
        if text.startswith("_INBOX."):
            return "<inbox>"
        return "".join(self._names.get(part, part) for part in _TOKENS.split(text))

    def words(self, text: str) -> str:
        """A text that has no fields: a declared value is named where it is a whole word, and none that could
        be there by chance."""
        for value, name in self._names.items():
            if isinstance(value, str) and value in text and (_suspect(value, "") or _distinct(value)):
                text = re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", name, text)
        return text

    def check(self, where: str, value: Any, field: str = "") -> None:
        """Fail, with advice, when a cleaned value looks as if it would not be the same in another run."""
        if isinstance(value, dict):
            for key, one in value.items():
                self.check(where, key, "a key")
                self.check(where, one, key)
        elif isinstance(value, list):
            for one in value:
                self.check(where, one, field)
        elif what := _suspect(value, field):
            raise VolatileError(
                f"{where}: {field or 'the value'} is {value!r}, which looks like {what} "
                "and will differ in the next run.\n"
                f"Declare the field: tape.volatile({field or 'FIELD'!r}), or give it a fixed value."
            )

    def check_target(self, where: str, target: str) -> None:
        """The same for a key, a subject, or the name of a client."""
        for token in _TOKENS.split(target):
            if what := _suspect(token, ""):
                place = _TOKENS.split(target)
                place[place.index(token)] = "*"
                raise VolatileError(
                    f"{where}: {token!r} looks like {what} and will differ in the next run.\n"
                    f"Declare the place: tape.volatile({''.join(place)!r}), or the field that has the same value."
                )
        self._check_whole(where, target)

    def check_text(self, where: str, text: str) -> None:
        """The same for a log message, or an error's: text in which no field can be told."""
        self._check_whole(where, text)

    def _check_whole(self, where: str, text: str) -> None:
        if what := _suspect(text, ""):
            raise VolatileError(
                f"{where}: {text!r} has what looks like {what}, and will differ in the next run.\n"
                "Declare the field of a message, header or configuration that has the same value, "
                "tape.volatile('FIELD'), and it has a name here too; or keep it out of the text."
            )


class _Place:
    """A declared pattern of targets."""

    def __init__(self, pattern: str) -> None:
        before = [word for word in _TOKENS.split(pattern.partition("*")[0]) if word not in ("", ".", "/", " ")]
        self.name = before[-1] if before else "name"
        self._pattern = re.compile(r"([^./ ]+)".join(re.escape(part) for part in pattern.split("*")))

    def values(self, target: str) -> tuple[str, ...]:
        found = self._pattern.fullmatch(target)
        return found.groups() if found else ()


def _suspect(value: Any, field: str) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value == os.getpid() and "pid" in field.lower():
            return "this process's id"
        return "a time of the real clock" if any(_is_now(value / one) for one in _EPOCHS) else None
    if not isinstance(value, str):
        return None
    host = socket.gethostname()
    if value == host or (len(host) >= 8 and host in value):
        return "this machine's name"
    if any(_is_now(_seconds(stamp[0])) for stamp in _STAMP.finditer(value)):
        return "a time of the real clock"
    return next((what for what, pattern in _SUSPECTS.items() if pattern.search(value)), None)


def _distinct(value: str) -> bool:
    """Letters and digits enough that a text has them by no chance: `ann-4711`."""
    return len(value) >= 6 and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _is_now(seconds: float) -> bool:
    return abs(seconds - _TODAY) < 2 * 86400


def _seconds(day: str) -> float:
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0
