"""A tape as text that is read in a diff: one line for each thing that happened."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from codemods.characterize.records import (
    MISSING,
    Answer,
    Delivery,
    LinkEvent,
    LogLine,
    Note,
    Operation,
    Raised,
    Record,
)
from codemods.characterize.volatile import Volatile

FOLD = 160  # characters of a string that are shown in full
CONTROL = {code: chr(code).encode("unicode_escape").decode() for code in [*range(32), 127, 0x85, 0x2028, 0x2029]}
UNSHOWN = ("name", "config", "stream_name")


def clock_text(seconds: float) -> str:
    """Virtual time as h:mm:ss.mmm."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def fold(value: Any) -> Any:
    """Long strings, shortened, with their length and a digest, so that a change still shows."""
    if isinstance(value, dict):
        return {k: fold(one) for k, one in value.items()}
    if isinstance(value, list):
        return [fold(one) for one in value]
    if isinstance(value, bytes):
        value = "bytes " + value.hex()
    if isinstance(value, str) and len(value) > FOLD:
        digest = hashlib.sha256(value.encode()).hexdigest()[:12]
        return f"{value[:60]}… {len(value)} characters, sha256 {digest}"
    return value


def compact(value: Any) -> str:
    return json.dumps(fold(value), ensure_ascii=False, separators=(", ", ": "))


def _shown_details(one: Operation) -> dict[str, Any]:
    """The details without the names that the target says already."""
    hide = UNSHOWN if one.op in ("create", "configure", "consumer") else ()
    return {k: v for k, v in one.details.items() if k not in hide}


class Renderer:
    """Writes one tape. Keeps what it wrote for each key, so that a repeated operation shows what it changed."""

    def __init__(self, volatile: Volatile, timed: bool) -> None:
        self.volatile, self.timed = volatile, timed
        self._last: dict[str, dict[str, Any]] = {}

    def lines(self, records: list[Record]) -> list[str]:
        for record in records:
            self._learn(record)
        width = max((len(self.volatile.token(self._link(one))) for one in records), default=0)
        return [self._line(one, width) for one in records]

    def _learn(self, record: Record) -> None:
        if isinstance(record, Operation | Delivery):
            self.volatile.learn(record.value)
            self.volatile.learn(record.headers)
            self.volatile.learn_target(record.target if isinstance(record, Operation) else record.subject)
        if isinstance(record, Operation):
            self.volatile.learn(_shown_details(record))
            for one in record.answers:
                self.volatile.learn(one.value)
            if record.op == "consumer" and "durable_name" not in record.details:
                names = [record.subject.split(".")[5:6], [one.details.get("name") for one in record.answers]]
                for name in {one for some in names for one in some if one}:
                    self.volatile.name("ephemeral consumer", name)

    @staticmethod
    def _link(record: Record) -> str:
        return record.link if isinstance(record, Operation | Delivery | LinkEvent) else ""

    def _line(self, record: Record, width: int) -> str:
        time = clock_text(record.at) + "  " if self.timed else ""
        if isinstance(record, Note):
            return f"{time}# {record.text}"
        who = self.volatile.token(self._link(record))
        self.volatile.check_target("the name of a client", who)
        who = who or {LogLine: "log", Raised: "raised"}[type(record)]  # type: ignore[index]
        text = {
            Operation: self._operation, Delivery: self._delivery, LinkEvent: self._event,
            LogLine: self._log, Raised: self._raised,
        }[type(record)](record)  # type: ignore[operator]  # fmt: skip
        return f"{time}{who:<{max(width, 6)}}  {text}".translate(CONTROL)

    # -- kinds of records --------------------------------------------------------------------------

    def _operation(self, one: Operation) -> str:
        target = self.volatile.token(one.target)
        self.volatile.check_target(f"the target of {one.op}", target)
        parts = [one.op, target]
        if one.expect:
            parts.append(f"after {one.expect}")
        if one.ttl:
            parts.append(f"ttl {one.ttl}")
        if one.headers:
            parts.append("headers " + self._shown(one.headers, f"{one.op} {target}"))
        if one.details:
            parts.append(self._shown(_shown_details(one), f"{one.op} {target}"))
        if one.value is not MISSING:
            parts.append(self._written(one, target))
        if one.fault:
            parts.append(f"[{one.fault}]")
        parts += [f"-> {self._answer(answer, one)}" for answer in one.answers]
        if one.reply and not one.answers and one.op != "fetch":
            parts.append("-> (no answer)")
        return " ".join(part for part in parts if part)

    def _written(self, one: Operation, target: str) -> str:
        """The whole value, or, where the same fields were written before, those that changed."""
        value = self.volatile.clean(one.value)
        self.volatile.check(f"{one.op} {target}", value)
        if not (isinstance(value, dict) and one.bucket):
            return compact(value)
        before, self._last[target] = self._last.get(target), value
        if before is None or list(before) != list(value):
            return compact(value)
        changed = {k: v for k, v in value.items() if before[k] != v or type(before[k]) is not type(v)}
        return "{… " + compact(changed)[1:]

    def _shown(self, value: Any, where: str) -> str:
        cleaned = self.volatile.clean(value)
        self.volatile.check(where, cleaned)
        return compact(cleaned)

    def _answer(self, one: Answer, operation: Operation) -> str:
        where = f"the answer to {operation.op} {operation.target}"
        if one.status != "ok":
            text = self._text(where, one.text)
            return " ".join(str(part) for part in (one.status, one.code, text) if part not in (None, ""))
        parts = [str(one.seq)] if one.seq is not None else []
        details = {k: v for k, v in one.details.items() if not (operation.op == "consumer" and k == "name")}
        parts += [self._shown(details, where)] if details else []
        parts += ["headers " + self._shown(one.headers, where)] if one.headers else []
        parts += [self._shown(one.value, where)] if one.value is not MISSING else []
        return " ".join(parts) or "ok"

    def _delivery(self, one: Delivery) -> str:
        subject = self.volatile.token(one.subject)
        self.volatile.check_target("the subject of a delivery", subject)
        parts = ["receives", subject]
        if one.consumer:
            parts.append(f"seq {one.seq} attempt {one.attempt} from {self.volatile.token(one.consumer)}")
        if one.headers:
            parts.append("headers " + self._shown(one.headers, f"delivery of {one.subject}"))
        if one.value is not MISSING:
            parts.append(self._shown(one.value, f"delivery of {one.subject}"))
        return " ".join(parts)

    def _event(self, one: LinkEvent) -> str:
        what = self.volatile.token(one.what)
        self.volatile.check_target("what happened to a connection", what)
        return what

    def _log(self, one: LogLine) -> str:
        message = one.message
        if one.template and any(self.volatile.clean(arg) != arg for arg in one.args):
            try:
                message = one.template % tuple(self.volatile.clean(arg) for arg in one.args)
            except (TypeError, ValueError):
                pass
        return f"{one.level} {self._text('a log record', message)}"

    def _raised(self, one: Raised) -> str:
        message = self._text(f"the message of {one.error}", one.message)
        return f"{one.error}: {message}" + (f" (in {one.where})" if one.where else "")

    def _text(self, where: str, text: str) -> str:
        text = self.volatile.words(text)
        self.volatile.check_text(where, text)
        return text
