"""The tape: everything recorded in one test, as typed records and as text."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from codemods.characterize.decoding import PRIMITIVES, Decoder, Decoders
from codemods.characterize.records import LogLine, Note, Operation, Raised, Record
from codemods.characterize.render import Renderer, clock_text
from codemods.characterize.tap import Tap
from codemods.characterize.volatile import Volatile

QUIET_LOGGERS = ("asyncio", "nats")  # the client's and the loop's own words are not the subject's
_monotonic = time.monotonic


class Tape(logging.Handler):
    """The fixture `tape`. Compare it with the fixture `recorded`: `assert tape == recorded`."""

    def __init__(self, tap: Tap) -> None:
        super().__init__(logging.DEBUG)
        self.tap = tap
        self.records: list[Record] = tap.records
        self._volatile: list[str] = []
        self._decoders = Decoders()
        self._loguru: int | None = None  # the number of the sink that loguru writes to the tape
        self._began = _monotonic()
        self._level = logging.NOTSET
        self._report: dict[str, Any] = {}
        self.judge: Callable[[str], None] | None = None  # looks at what is to be recorded
        self._judged: str | Exception | None = None

    # -- for tests ---------------------------------------------------------------------------------

    def volatile(self, *fields: str) -> None:
        """Declare what differs from run to run: fields of values, headers and configurations by their name
        (`instance`), parts of keys and subjects by a pattern as the tape shows them (`locks/*`)."""
        self._volatile += fields

    def decode(self, pattern: str, function: Decoder) -> None:
        """Say how values that are not JSON are read: those of a bucket, or of subjects (`jobs.*`), from their bytes.

        `function` gives dicts, lists, texts, numbers, dataclasses. Only what the test names is unpickled.
        """
        self._decoders.add(pattern, function)

    def note(self, text: str) -> None:
        """Write a line for the reader of the tape."""
        self.records.append(Note(self.tap.elapsed(), text))

    @contextmanager
    def raises(self, *expected: type[BaseException]) -> Iterator[None]:
        """Record the error that the block raises; fail when it raises none of these."""
        try:
            yield
        except expected as error:
            self.raised(error)
        else:
            raise AssertionError(f"nothing was raised; expected {' or '.join(one.__name__ for one in expected)}")

    def raised(self, error: BaseException, where: str = "") -> None:
        """Put an error on record."""
        self.records.append(Raised(self.tap.elapsed(), type(error).__name__, str(error), where))

    def operations(self, op: str | None = None, target: str | None = None) -> list[Operation]:
        """What clients asked of the server; of one kind, or on one target."""
        found = [one for one in self.records if isinstance(one, Operation)]
        return [one for one in found if op in (None, one.op) and target in (None, one.target)]

    def text(self) -> str:
        """The whole tape for people, ending in a line of counts."""
        if self.tap.gated and (self.tap.working or any(one.inbox for one in self.tap.links if not one.closed)):
            raise RuntimeError("operations are on their way: `await clock.settle()` before looking at the tape")
        volatile = Volatile(*self._volatile)
        volatile.known(self.tap.url, "<nats url>")
        records = [self._decoders.decoded(one) for one in self.records]
        lines = Renderer(volatile, timed=self.tap.gated).lines(records)
        counts = self.counts()
        virtual = clock_text(counts["virtual_seconds"])
        text = "\n".join([*lines, f"= {counts['operations']} operations in {virtual}", ""])
        self._report = {**counts, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        return text

    def judged(self) -> str:
        """The text, once nobody has anything against its being recorded; else an error that says what."""
        found, self._judged = self._judged or self._judgement(), None
        if isinstance(found, Exception):
            raise found
        return found

    def _judgement(self) -> str | Exception:
        try:
            text = self.text()
            if self.judge:
                self.judge(text)
        except Exception as error:
            return error
        return text

    def __eq__(self, other: object) -> bool:
        """Leave the comparison to the recording; but what is wrong with the tape itself is raised here, seen whole."""
        from syrupy.assertion import SnapshotAssertion

        __tracebackhide__ = True  # pytest shows the line of the test, and what is wrong
        if isinstance(other, SnapshotAssertion):
            self._judged = found = self._judgement()
            if isinstance(found, Exception):
                _ = other == self  # so that the recording counts as looked at, and is not removed as unused
                raise found.with_traceback(None) from None
        return NotImplemented

    __hash__ = logging.Handler.__hash__

    def counts(self) -> dict[str, Any]:
        """Operations, virtual seconds, and the real milliseconds that it took."""
        real = (_monotonic() - self._began) * 1000
        virtual = self.tap.elapsed() if self.tap.gated else 0.0
        return {"operations": len(self.operations()), "virtual_seconds": virtual, "real_ms": round(real, 1)}

    def report(self) -> dict[str, Any]:
        """The counts and a hash of the text when it was last asked for; empty when it never was."""
        return self._report

    # -- what is recorded beside the wire ----------------------------------------------------------

    def emit(self, record: logging.LogRecord) -> None:
        """A log record of the subject."""
        if record.name.split(".")[0] in QUIET_LOGGERS:
            return
        args = record.args if isinstance(record.args, tuple) else ()
        template = str(record.msg) if args and all(isinstance(one, PRIMITIVES) for one in args) else ""
        message = record.getMessage()
        if record.exc_info and (error := record.exc_info[1]):
            message += f" [{type(error).__name__}: {error}]"
            template = ""
        self.records.append(LogLine(self.tap.elapsed(), record.levelname, message, template, args if template else ()))

    def unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that nobody caught, as the event loop reports it."""
        error = context.get("exception")
        if error is None:
            error = RuntimeError(str(context.get("message", "")))
        self.raised(error, "a task that nobody waits for")

    def start(self) -> None:
        """Listen to all loggers."""
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        if loguru := sys.modules.get("loguru"):
            self._loguru = loguru.logger.add(self._from_loguru, level=0, format="{message}")

    def stop(self) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)
        loguru = sys.modules.get("loguru")
        if loguru and self._loguru is not None:
            with suppress(ValueError):  # the subject removed all sinks
                loguru.logger.remove(self._loguru)
            self._loguru = None

    def _from_loguru(self, message: Any) -> None:
        record = message.record
        text = record["message"]
        if (failure := record["exception"]) and failure.value:
            text += f" [{type(failure.value).__name__}: {failure.value}]"
        self.records.append(LogLine(self.tap.elapsed(), record["level"].name, text))
