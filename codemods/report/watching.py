"""What a person sees of the stages: a line on the terminal while it takes long, and the times when asked for them."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from codemods.stages import watched_by

if TYPE_CHECKING:
    from rich.progress import Progress

# Seconds after which somebody who waits wants to know what for.
_PATIENCE = 1.0


@contextmanager
def watching(profile: bool, quiet: bool, stream: TextIO | None = None) -> Iterator[None]:
    """Watch the stages of a command: the line on a terminal alone, unless ``quiet``; times with ``profile``."""
    out = stream or sys.stderr
    with ExitStack() as stack:
        times = Times()
        if profile:
            stack.callback(lambda: times.tell(out))
            stack.enter_context(watched_by(times))
        elif not quiet and out.isatty():
            line = Line(out)
            stack.callback(line.close)
            stack.enter_context(watched_by(line))
        yield


class Times:
    """Seconds of each stage, those of stages inside of it included, and how often it ran."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()
        self._open: list[tuple[str, float]] = []
        self._spent: dict[tuple[str, ...], tuple[float, int]] = {}

    def begin(self, stage: str) -> None:
        self._open.append((stage, self._clock()))
        # Noted when it begins, so that stages are listed in their order.
        self._spent.setdefault(self._path, (0.0, 0))

    def step(self, done: int, total: int) -> None:
        """Counts say nothing of time."""

    def at(self, item: str) -> None:
        """Nor does what is at hand."""

    def end(self, stage: str) -> None:
        path = self._path
        seconds, count = self._spent[path]
        self._spent[path] = seconds + self._clock() - self._open.pop()[1], count + 1

    def tell(self, stream: TextIO) -> None:
        """A line for each stage."""
        for path, (seconds, count) in self._spent.items():
            times = f"  ({count} times)" if count > 1 else ""
            stream.write(f"{seconds:9.3f} s  {'  ' * (len(path) - 1)}{path[-1]}{times}\n")
        stream.write(f"{self._clock() - self._began:9.3f} s  in all\n")

    @property
    def _path(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._open)


class Line:
    """One line with the stage and its counts, from a second on; gone when no stage is left to wait for."""

    def __init__(self, stream: TextIO, patience: float = _PATIENCE) -> None:
        self._stream = stream
        self._stages: list[str] = []
        self._counts = (0, 0)
        self._item = ""
        self._shown: Progress | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(patience, self.show)
        self._timer.daemon = True
        self._timer.start()

    def begin(self, stage: str) -> None:
        with self._lock:
            self._item = ""
            self._stages.append(stage)
            if self._shown is not None and len(self._stages) == 1:
                self._shown.start()
        self._tell(0, 0)

    def step(self, done: int, total: int) -> None:
        self._tell(done, total)

    def at(self, item: str) -> None:
        self._item = item
        self._tell(*self._counts)

    def end(self, stage: str) -> None:
        with self._lock:
            self._stages.pop()
            if self._shown is not None and not self._stages:
                self._shown.stop()  # What comes now is the answer, and stands alone.
        self._tell(0, 0)

    def show(self) -> None:
        """Show the line from now on."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(file=self._stream)
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        shown = Progress(*columns, console=console, transient=True)
        with self._lock:
            if self._timer.finished.is_set():
                return
            shown.add_task(self._text)
            if self._stages:
                shown.start()
            self._shown = shown

    def close(self) -> None:
        """Take the line away."""
        self._timer.cancel()
        with self._lock:
            if self._shown is not None:
                self._shown.stop()

    def _tell(self, done: int, total: int) -> None:
        self._counts = done, total
        if self._shown is not None:
            self._shown.update(self._shown.task_ids[0], description=self._text)

    @property
    def _text(self) -> str:
        done, total = self._counts
        stage = self._stages[-1] if self._stages else "starting"
        if total:
            return f"{stage}: {done:,} of {total:,} files"
        return f"{stage}: {self._item}" if self._stages and self._item else stage
