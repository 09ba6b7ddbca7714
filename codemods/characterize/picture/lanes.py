"""What stands where in the picture of a tape: lanes, rows, and repeated operations, which are ticks. Pure data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from codemods.characterize.picture.reading import Kind, Line

FEWEST_REPEATS = 3
MOST_CHANGES = 4  # fields that are shown
SERVER = "server"
BEGINNINGS, ENDS = ("connect", "started"), ("disconnect", "cut", "stopped")


@dataclass(frozen=True)
class Repeats:
    """The same operation of one client, again and again."""

    lane: int
    what: str
    times: tuple[float, ...]
    answers: tuple[str, ...]

    @property
    def rhythm(self) -> str:
        """How they follow each other, in words."""
        gaps = [round(b - a, 3) for a, b in zip(self.times, self.times[1:], strict=False)]
        if not any(gaps):
            return "at once"
        if len(set(gaps)) == 1:
            return f"every {seconds(gaps[0])}"
        return f"in {seconds(self.times[-1] - self.times[0])}"


@dataclass(frozen=True)
class Row:
    """One line of the picture: a line of the tape, or a stretch in which nothing but repeated operations happens."""

    at: float
    until: float
    lane: int | None  # None: it is nobody's
    line: Line | None
    repeats: tuple[Repeats, ...] = ()


@dataclass(frozen=True)
class Span:
    """A connection, or the server's being there: the rows from its beginning to its end, and how it ended."""

    lane: int
    first: int
    last: int
    end: str  # "disconnect", "cut", "stopped", or "" when it is still there


@dataclass(frozen=True)
class Picture:
    """All that is to be drawn."""

    title: str
    lanes: tuple[str, ...]
    rows: tuple[Row, ...]
    spans: tuple[Span, ...]
    counts: str


@dataclass
class _Lanes:
    """Which connection is drawn in which lane: a client that comes again, in the lane that it left."""

    names: list[str] = field(default_factory=list)
    of: dict[str, int] = field(default_factory=dict)
    busy: dict[int, str] = field(default_factory=dict)

    def find(self, who: str) -> int:
        if who not in self.of:
            name = who.split("#")[0]
            free = [at for at, one in enumerate(self.names) if one.split("#")[0] == name and at not in self.busy]
            if not free:
                self.names.append(who if name in self.names else name)
            self.of[who] = free[0] if free else len(self.names) - 1
        return self.of[who]


def picture(title: str, lines: list[Line], counts: str) -> Picture:
    """Arrange the lines of a tape."""
    lanes = _Lanes()
    placed: list[tuple[Line, int | None]] = []
    for line in lines:
        lane = lanes.find(line.who) if line.who else None
        if lane is not None and line.kind is Kind.EVENT:
            if line.what == "connect":
                lanes.busy[lane] = line.who
            elif lanes.busy.get(lane) == line.who:
                lanes.busy.pop(lane)
        placed.append((line, lane))
    rows = _rows(placed)
    return Picture(title, tuple(lanes.names), tuple(rows), tuple(_spans(rows, lanes.names)), counts)


def _rows(placed: list[tuple[Line, int | None]]) -> list[Row]:
    counted = Counter(_key(line) for line, _ in placed if _may_repeat(line))
    rows: list[Row] = []
    stretch: list[tuple[Line, int]] = []

    def close() -> None:
        if len(stretch) < FEWEST_REPEATS:
            rows.extend(Row(line.at, line.at, lane, line) for line, lane in stretch)
        else:
            rows.append(Row(stretch[0][0].at, stretch[-1][0].at, None, None, _repeats(stretch)))
        stretch.clear()

    for line, lane in placed:
        if lane is not None and _may_repeat(line) and counted[_key(line)] >= FEWEST_REPEATS:
            stretch.append((line, lane))
        else:
            close()
            rows.append(Row(line.at, line.at, lane, line))
    close()
    return rows


def _may_repeat(line: Line) -> bool:
    return line.kind in (Kind.OPERATION, Kind.DELIVERY) and not line.fault and not line.failed


def _key(line: Line) -> tuple[str, str, tuple[str, ...]]:
    """What makes two operations the same: all but the revision, and the values of the fields."""
    return line.who, line.what.split(" after ")[0], line.fields


def _repeats(stretch: list[tuple[Line, int]]) -> tuple[Repeats, ...]:
    groups: dict[object, list[tuple[Line, int]]] = {}
    for line, lane in stretch:
        groups.setdefault((lane, line.what.split(" after ")[0]), []).append((line, lane))
    return tuple(
        Repeats(
            some[0][1],
            some[0][0].what.split(" after ")[0],
            tuple(line.at for line, _ in some),
            tuple(line.answers[-1] for line, _ in some if line.answers),
        )
        for some in groups.values()
    )


def _spans(rows: list[Row], names: list[str]) -> list[Span]:
    spans: list[Span] = []
    since: dict[int, int] = {at: 0 for at, name in enumerate(names) if name == SERVER}
    for place, row in enumerate(rows):
        if row.lane is None or row.line is None or row.line.kind is not Kind.EVENT:
            continue
        if row.line.what in BEGINNINGS:
            since.setdefault(row.lane, place)
        elif row.lane in since and row.line.what in ENDS:
            spans.append(Span(row.lane, since.pop(row.lane), place, row.line.what))
    spans += [Span(lane, first, len(rows) - 1, "") for lane, first in since.items()]
    return spans


def seconds(count: float) -> str:
    """A time span for people: 250 ms, 15 s, 2 min, 1 h."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if count >= size and not round(count % size, 3):
            return f"{count / size:g} {unit}"
    return f"{count:g} s" if count >= 1 else f"{count * 1000:g} ms"


def label(line: Line) -> str:
    """A line in few words: what, the fields that changed, the fault, the answer."""
    if not line.changes:
        return line.what
    some = ", ".join(line.changes[:MOST_CHANGES])
    return f"{line.what} {{{some}{', …' if len(line.changes) > MOST_CHANGES else ''}}}"


def repeats_label(repeats: Repeats) -> str:
    """Repeats in few words."""
    first, last = (repeats.answers[0], repeats.answers[-1]) if repeats.answers else ("", "")
    told = f" → {first} … {last}" if first != last else f" → {first}" if first else ""
    return f"{len(repeats.times)} × {repeats.what}, {repeats.rhythm}{told}"
