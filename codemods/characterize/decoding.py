"""Values that are not JSON: the test says how those of a bucket or subject are read (`tape.decode`)."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from codemods.characterize.records import MISSING, Answer, Delivery, Operation, Record

Decoder = Callable[[bytes], Any]
PRIMITIVES = (str, int, float, bool, type(None))


class DecodeError(AssertionError):
    """A decoder that the test gave failed, or made something that has no text."""


class Decoders:
    """The decoders of one tape, by patterns of buckets and subjects."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Decoder]] = []

    def add(self, pattern: str, decoder: Decoder) -> None:
        self._known.append((pattern, decoder))

    def decoded(self, record: Record) -> Record:
        """The record with its values decoded, where one of the patterns fits."""
        if not self._known or not isinstance(record, Operation | Delivery):
            return record
        value = self._value(record.subject, record.raw, record.value)
        if isinstance(record, Delivery):
            return dataclasses.replace(record, value=value)
        return dataclasses.replace(record, value=value, answers=[self._answer(record, one) for one in record.answers])

    def _answer(self, operation: Operation, one: Answer) -> Answer:
        subject = one.details.get("subject") or operation.details.get("last_by_subj") or ""
        return dataclasses.replace(one, value=self._value(subject, one.raw, one.value))

    def _value(self, subject: str, raw: bytes, value: Any) -> Any:
        if not raw or value is MISSING:
            return value
        names = _names(subject)
        for pattern, decoder in self._known:
            if any(fnmatchcase(name, pattern) for name in names):
                return _read(pattern, decoder, raw)
        return value


def _names(subject: str) -> tuple[str, ...]:
    """What a subject is called on the tape, and its bucket."""
    if not subject.startswith("$KV."):
        return (subject,)
    bucket, _, key = subject.removeprefix("$KV.").partition(".")
    return (bucket, f"{bucket}/{key}", subject)


def _read(pattern: str, decoder: Decoder, raw: bytes) -> Any:
    try:
        return plain(decoder(raw))
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        raise DecodeError(f"tape.decode({pattern!r}, ...) can't read {raw[:60]!r}: {found}") from error


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses as objects, enums by their value, sets sorted; TypeError for others."""
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, (*PRIMITIVES, bytes)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return _sorted(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form on the tape: decode to dicts, lists, texts and numbers")


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted((plain(one) for one in values), key=lambda one: (type(one).__name__, str(one)))
