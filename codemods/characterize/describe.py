"""From frames to operations: what a subject, its headers and its body mean in NATS, JetStream and KV."""

from __future__ import annotations

import base64
import json
from typing import Any

from codemods.characterize.frames import Frame
from codemods.characterize.records import MISSING, Answer, Operation

API = "$JS.API."
INBOX = "_INBOX."
EXPECT = "Nats-Expected-Last-Subject-Sequence"
TTL = "Nats-TTL"
KV_OPERATIONS = {"DEL": "delete", "PURGE": "purge"}
ACKS = {"": "ack", "+ACK": "ack", "-NAK": "nak", "+WPI": "in progress", "+TERM": "term", "+NXT": "ack next"}
# Settings that clients send with every request, at the value that says nothing.
NOTHING: tuple[Any, ...] = (None, "", [], {}, False, -1)
DURATIONS = (
    "max_age", "duplicate_window", "subject_delete_marker_ttl", "ack_wait", "backoff", "idle_heartbeat",
    "expires", "inactive_threshold",
)  # fmt: skip


def decode(body: bytes) -> Any:
    """A body as a person would write it: JSON where it is JSON, else text, else bytes."""
    if not body:
        return MISSING
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def describe(frame: Frame, at: float, link: str) -> Operation:
    """The operation that a client's PUB or HPUB frame asks for."""
    operation = Operation(at, link, "publish", frame.subject, subject=frame.subject, reply=frame.reply)
    headers = dict(frame.headers)
    expect = headers.pop(EXPECT, None)
    operation.expect = int(expect) if expect is not None and expect.isdigit() else None
    operation.ttl = headers.pop(TTL, None)
    operation.headers = headers
    if frame.subject.startswith("$KV.") and frame.subject.count(".") >= 2:
        _describe_kv(operation, headers)
        operation.value, operation.raw = decode(frame.body), frame.body
    elif frame.subject.startswith(API):
        _describe_api(operation, decode(frame.body))
    elif frame.subject.startswith("$JS.ACK."):
        _describe_ack(operation, frame.body)
    else:
        operation.value, operation.raw = decode(frame.body), frame.body
    return operation


def describe_interest(frame: Frame, subjects: dict[str, str], at: float, link: str) -> Operation | None:
    """What a client's SUB or UNSUB frame asks for; None for inboxes, of which each request has one.

    `subjects` are those that the client has subscribed to, by the numbers that it gave them.
    """
    sid = frame.args[-1] if frame.verb == "SUB" else frame.args[0]
    subject = frame.args[0] if frame.verb == "SUB" else subjects.get(sid, "")
    if not subject or subject.startswith(INBOX):
        return None
    operation = Operation(at, link, "subscribe" if frame.verb == "SUB" else "unsubscribe", subject, subject=subject)
    if len(frame.args) == (3 if frame.verb == "SUB" else 2):
        operation.details = {"queue": frame.args[1]} if frame.verb == "SUB" else {"after": int(frame.args[1])}
    return operation


def _describe_kv(operation: Operation, headers: dict[str, str]) -> None:
    _, bucket, key = operation.subject.split(".", 2)
    operation.target = f"{bucket}/{key}"
    kind = KV_OPERATIONS.get(headers.pop("KV-Operation", ""))
    by_expectation = "put" if operation.expect is None else "update" if operation.expect else "create"
    operation.op = kind or by_expectation


def stream_name(stream: str) -> str:
    """How people call the stream: a bucket's is known by the bucket."""
    return f"bucket {stream[3:]}" if stream.startswith("KV_") else f"stream {stream}"


def _describe_api(operation: Operation, body: Any) -> None:
    words = operation.subject[len(API) :].split(".")
    verbs = [words.pop(0)]
    while words and words[0].isupper() and words[0] in _API_WORDS:
        verbs.append(words.pop(0))
    kind = " ".join(verbs)
    operation.op = _API_NAMES.get(kind, kind.lower())
    stream, rest = (words[0], words[1:]) if words else ("", [])
    operation.target = stream_name(stream) if stream else ""
    if kind == "DIRECT GET" and rest:
        operation.details = {"last_by_subj": ".".join(rest)}
    elif rest:
        operation.target += f" {rest[0]}"
    if isinstance(body, dict):
        config = body.get("config", body)
        kept = {k: v for k, v in config.items() if v not in NOTHING and k != "stream_name"}
        operation.details |= {k: _duration(v) if k in DURATIONS else v for k, v in kept.items()}
        if body.get("action"):
            operation.details["action"] = body["action"]


_API_WORDS = ("CREATE", "UPDATE", "INFO", "DELETE", "PURGE", "NAMES", "LIST", "MSG", "GET", "NEXT", "DURABLE")
_API_NAMES = {
    "STREAM CREATE": "create", "STREAM UPDATE": "configure", "STREAM INFO": "info", "STREAM DELETE": "remove",
    "STREAM PURGE": "purge all", "STREAM MSG GET": "get", "STREAM MSG DELETE": "erase",
    "DIRECT GET": "get direct",
    "CONSUMER CREATE": "consumer", "CONSUMER DURABLE CREATE": "consumer", "CONSUMER INFO": "consumer info",
    "CONSUMER DELETE": "remove consumer", "CONSUMER MSG NEXT": "fetch", "INFO": "account info",
}  # fmt: skip


def _duration(nanoseconds: Any) -> Any:
    if isinstance(nanoseconds, list):
        return [_duration(one) for one in nanoseconds]
    return f"{nanoseconds / 1e9:.10g}s" if isinstance(nanoseconds, int) else nanoseconds


def _describe_ack(operation: Operation, body: bytes) -> None:
    place = AckSubject.parse(operation.subject)
    word, _, rest = body.decode("utf-8", "replace").partition(" ")
    operation.op = ACKS.get(word, word)
    operation.target = f"{place.stream} {place.consumer} seq {place.seq} attempt {place.attempt}"
    value = decode(rest.encode())
    if isinstance(value, dict) and isinstance(value.get("delay"), int):
        value["delay"] = f"{value['delay'] / 1e9:g}s"
    operation.value = value


class AckSubject:
    """`$JS.ACK.[domain.account.]stream.consumer.attempt.seq.consumer_seq.time.pending`, taken apart."""

    def __init__(self, tokens: list[str], first: int) -> None:
        self.tokens, self.first = tokens, first
        self.stream, self.consumer = tokens[first], tokens[first + 1]
        self.attempt, self.seq, self.consumer_seq = (int(one) for one in tokens[first + 2 : first + 5])
        self.time = int(tokens[first + 5])

    @classmethod
    def parse(cls, subject: str) -> AckSubject:
        """Take it apart; ValueError or IndexError when it is none."""
        tokens = subject.split(".")
        return cls(tokens, 4 if len(tokens) >= 11 else 2)

    def at(self, time: int) -> str:
        """The same subject with another time."""
        return ".".join([*self.tokens[: self.first + 5], str(time), *self.tokens[self.first + 6 :]])


def answer(operation: Operation, frame: Frame) -> Answer:
    """What the server's message says to the operation."""
    if frame.status:
        code = int(frame.status[:3]) if frame.status[:3].isdigit() else None
        if code == 503:
            return Answer("no responders")
        return Answer("status", code, frame.status[3:].strip())
    if operation.op == "get direct":
        sequence = frame.headers.get("Nats-Sequence")
        headers = {k: v for k, v in frame.headers.items() if not k.startswith("Nats-") or k == "Nats-Marker-Reason"}
        details = {k: frame.headers[h] for k, h in _DIRECT.items() if h in frame.headers}
        value = decode(frame.body)
        return Answer("ok", seq=int(sequence or 0), value=value, headers=headers, details=details, raw=frame.body)
    body = decode(frame.body)
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        error = body["error"]
        return Answer("error", error.get("err_code", error.get("code")), error.get("description", ""))
    if operation.subject.startswith(API):
        return _answer_api(operation, body if isinstance(body, dict) else {})
    if isinstance(body, dict) and "stream" in body and "seq" in body:
        details = {"duplicate": True} if body.get("duplicate") else {}
        return Answer("ok", seq=body["seq"], details=details)
    return Answer("ok", value=body, headers=dict(frame.headers))


_DIRECT = {"subject": "Nats-Subject", "time": "Nats-Time-Stamp"}


def _answer_api(operation: Operation, body: dict[str, Any]) -> Answer:
    if operation.op == "get":
        message = body.get("message", {})
        text = base64.b64decode(message.get("hdrs", "")).decode("utf-8", "replace").split("\r\n")[1:]
        headers = {k: v.strip() for k, _, v in (line.partition(":") for line in text if ":" in line)}
        raw = base64.b64decode(message.get("data", ""))
        details = {k: message[k] for k in ("subject", "time") if k in message}
        return Answer("ok", seq=message.get("seq"), value=decode(raw), headers=headers, details=details, raw=raw)
    kept: dict[str, Any] = {}
    if operation.op == "info":
        state = body.get("state", {})
        kept = {k: state[k] for k in ("messages", "last_seq", "subjects") if k in state}
    elif operation.op == "consumer info":
        kept = {k: body[k] for k in ("num_pending", "num_ack_pending", "num_redelivered") if k in body}
        kept["delivered"] = body.get("delivered", {}).get("stream_seq")
    elif operation.op == "purge all":
        kept = {"purged": body.get("purged")}
    elif operation.op == "consumer":
        kept = {"name": body.get("name")}
    elif isinstance(found := body.get("streams", body.get("consumers")), list):
        kept = {"found": [one if isinstance(one, str) else one.get("name") or one["config"]["name"] for one in found]}
    return Answer("ok", details=kept)
