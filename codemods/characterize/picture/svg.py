"""The picture as SVG: lanes from top to bottom, time beside them, and each line of the tape as a tooltip."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from codemods.characterize.picture.lanes import Picture, Row, Span, label, repeats_label
from codemods.characterize.picture.reading import Kind, Line
from codemods.characterize.render import clock_text

COLOURS = ("#1f6feb", "#1a7f37", "#8250df", "#bc4c00", "#0a7ea4", "#bf3989", "#5c6b00", "#57606a")
RED, INK, GREY, PALE, BAND = "#cf222e", "#1f2328", "#6e7781", "#d0d7de", "#f6f8fa"
ROW, CHARACTER = 21.0, 7.25  # the height of a row, and the width of a character
LEFT, TOP, MARGIN = 112.0, 92.0, 24.0
LONGEST = 96  # characters of a label
TICK = 5.0  # from one to the next, where there is room
LEGEND = (
    ("operation", "done"), ("failed", "not done"), ("delivery", "message received"), ("tick", "repeated"),
    ("fault", "fault"), ("cut", "connection cut"),
)  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """Where a row stands."""

    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw(picture: Picture) -> str:
    """The text of an SVG file."""
    places = _places(picture.rows)
    x = _columns(picture.lanes)
    text_x = (x[-1] + _half(picture.lanes[-1]) if x else LEFT) + 26
    longest = max((len(one) for row in picture.rows for one in _labels(row)), default=0)
    width = max(text_x + min(longest, LONGEST + 20) * CHARACTER + 30, 700.0)
    bottom = (places[-1].top + places[-1].height if places else TOP) + 14
    parts = [*_bands(picture.rows, places, width - 12), *_times(picture.rows, places)]
    parts += [_rail(span, places, x) for span in picture.spans]
    for row, place in zip(picture.rows, places, strict=True):
        parts += _stretch(row, place, x, text_x) if row.repeats else _single(row, place, x, text_x)
    parts += [_end(span, places, x) for span in picture.spans if span.end == "cut"]
    parts += [_text(x[at], TOP - 16, name, colour(at), "middle", bold=True) for at, name in enumerate(picture.lanes)]
    legend, after = _legend(bottom + 22)
    title = [
        _text(MARGIN, 36, picture.title, INK, size=17, bold=True),
        _text(width - MARGIN, 36, picture.counts, GREY, "end"),
    ]
    return _document(width, after, [*title, *parts, *legend])


def _document(width: float, height: float, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" '
        'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="12">'
    )
    paper = (
        f'<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="10" fill="#fff" stroke="{PALE}"/>'
    )
    return "\n".join([head, paper, *parts, "</svg>", ""])


# -- where things stand ----------------------------------------------------------------------------


def _places(rows: tuple[Row, ...]) -> list[_Place]:
    """A row under the other, with more between them the more time passes, though not in proportion."""
    places: list[_Place] = []
    y, before = TOP, None
    for row in rows:
        if before is not None and row.at > before:
            y += 4 + min(30.0, 6 * math.log2(1 + row.at - before))
        height = ROW
        if row.repeats:
            most = max(len(one.times) for one in row.repeats)
            lines = max(len(row.repeats), 1 if row.until == row.at else 2)  # the times of its beginning and end
            height = max(ROW * lines, min(TICK * most, 180.0)) + 6
        places.append(_Place(y, height))
        y, before = y + height, row.until
    return places


def _half(name: str) -> float:
    return max(len(name) * CHARACTER / 2, 16.0)


def _columns(names: tuple[str, ...]) -> list[float]:
    columns: list[float] = []
    edge = LEFT
    for name in names:
        columns.append(edge + 12 + _half(name))
        edge = columns[-1] + _half(name) + 6
    return columns


def colour(lane: int) -> str:
    return COLOURS[lane % len(COLOURS)]


# -- parts -----------------------------------------------------------------------------------------


def _bands(rows: tuple[Row, ...], places: list[_Place], right: float) -> list[str]:
    """A light band behind every other moment, so that the eye keeps the row."""
    parts: list[str] = []
    dark, before, start = False, None, 0
    for at in range(len(rows) + 1):
        moment = rows[at].at if at < len(rows) else None
        if moment != before:
            if dark and before is not None:
                top, last = places[start].top, places[at - 1]
                height = last.top + last.height - top
                parts.append(
                    f'<rect x="12" y="{top:.1f}" width="{right - 12:.1f}" height="{height:.1f}" rx="4" fill="{BAND}"/>'
                )
            dark, before, start = not dark, moment, at
    return parts


def _times(rows: tuple[Row, ...], places: list[_Place]) -> list[str]:
    parts: list[str] = []
    before = None
    for row, place in zip(rows, places, strict=True):
        if row.at != before:
            parts.append(_text(LEFT - 14, place.top + ROW / 2 + 4, clock_text(row.at), GREY, "end", size=11))
        if row.until != row.at:
            parts.append(_text(LEFT - 14, place.top + place.height - 6, clock_text(row.until), GREY, "end", size=11))
        before = row.until
    return parts


def _rail(span: Span, places: list[_Place], x: list[float]) -> str:
    top = places[span.first].middle if span.first else TOP - 6
    end = places[span.last]
    bottom = end.middle if span.end else end.top + end.height + 6
    return _line_from(x[span.lane], top, x[span.lane], bottom, colour(span.lane), 2, opacity=0.55)


def _end(span: Span, places: list[_Place], x: list[float]) -> str:
    """Where a connection was cut."""
    return _cut(x[span.lane], places[span.last].middle)


def _single(row: Row, place: _Place, x: list[float], text_x: float) -> list[str]:
    line = row.line
    assert line
    y = place.middle
    parts: list[str] = [f"<g><title>{_escaped(line.text)}</title>"]
    if row.lane is not None:
        parts.append(_line_from(x[row.lane] + 8, y, text_x - 8, y, PALE, 1, dashes="1 4"))
        parts.append(_mark(line, x[row.lane], y, colour(row.lane)))
    parts.append(_said(row, line, text_x, y + 4))
    return [*parts, "</g>"]


def _stretch(row: Row, place: _Place, x: list[float], text_x: float) -> list[str]:
    parts: list[str] = []
    top, height = place.top + 6, place.height - 12
    length = row.until - row.at
    for at, repeats in enumerate(row.repeats):
        for number, when in enumerate(repeats.times):
            share = (when - row.at) / length if length else number / max(1, len(repeats.times) - 1)
            parts.append(_tick(x[repeats.lane], top + share * height, colour(repeats.lane)))
        y = place.top + ROW * at + ROW / 2 + 5
        parts.append(_line_from(x[repeats.lane] + 9, y - 4, text_x - 8, y - 4, PALE, 1, dashes="1 4"))
        parts.append(_text(text_x, y, _cropped(repeats_label(repeats)), colour(repeats.lane)))
    return parts


def _labels(row: Row) -> list[str]:
    if row.repeats:
        return [_cropped(repeats_label(one)) for one in row.repeats]
    assert row.line
    return [_cropped(label(row.line)) + _tail(row.line)]


def _tail(line: Line) -> str:
    return (f"   {line.fault}" if line.fault else "") + "".join(f" → {one}" for one in line.answers)


def _said(row: Row, line: Line, x: float, y: float) -> str:
    if line.kind is Kind.NOTE:
        return _text(x, y, line.what, INK, bold=True)
    if line.kind is Kind.LOG:
        return _text(x, y, _cropped(line.what), GREY, italic=True)
    if line.kind is Kind.RAISED:
        return _text(x, y, _cropped(f"raises {line.what}"), RED)
    tone = GREY if line.kind is Kind.EVENT else colour(row.lane or 0)
    if line.what == "cut":
        tone = RED
    spans = [f'<tspan fill="{tone}">{_escaped(_cropped(label(line)))}</tspan>']
    if line.fault:
        spans.append(f'<tspan fill="{RED}" font-weight="bold">   {_escaped(line.fault)}</tspan>')
    for one in line.answers:
        spans.append(f'<tspan fill="{RED if line.failed else GREY}"> → {_escaped(_cropped(one))}</tspan>')
    return f'<text x="{x:.1f}" y="{y:.1f}" xml:space="preserve">{"".join(spans)}</text>'


# -- marks -----------------------------------------------------------------------------------------


def _mark(line: Line, x: float, y: float, tone: str) -> str:
    if line.fault:
        return _fault(x, y)
    if line.kind is Kind.EVENT:
        if line.what == "connect":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#fff" stroke="{tone}" stroke-width="2"/>'
        if line.what in ("disconnect", "cut"):
            return _line_from(x - 6, y, x + 6, y, tone, 2) if line.what == "disconnect" else ""
        return f'<path d="M{x:.1f} {y - 6.5:.1f}l6.5 6.5 -6.5 6.5 -6.5 -6.5z" fill="{tone}"/>'
    if line.kind is Kind.DELIVERY:
        return _delivery(x, y, tone)
    return _failed(x, y) if line.failed else _operation(x, y, tone)


def _operation(x: float, y: float, tone: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{tone}"/>'


def _failed(x: float, y: float, tone: str = RED) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#fff" stroke="{tone}" stroke-width="2.2"/>'


def _delivery(x: float, y: float, tone: str) -> str:
    return f'<path d="M{x - 5.5:.1f} {y - 4:.1f}h11l-5.5 9z" fill="#fff" stroke="{tone}" stroke-width="1.8"/>'


def _tick(x: float, y: float, tone: str) -> str:
    return _line_from(x - 7, y, x + 7, y, tone, 1.6)


def _fault(x: float, y: float, tone: str = RED) -> str:
    cross = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"
    return (
        f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" rx="4" fill="{tone}"/>'
        f'<path d="{cross}" stroke="#fff" stroke-width="2" stroke-linecap="round"/>'
    )


def _cut(x: float, y: float, tone: str = RED) -> str:
    zigzag = f"M{x - 9:.1f} {y:.1f}l4.5 -5 4.5 10 4.5 -10 4.5 5"
    return f'<path d="{zigzag}" fill="none" stroke="{tone}" stroke-width="2.2" stroke-linejoin="round"/>'


def _legend(y: float) -> tuple[list[str], float]:
    parts: list[str] = []
    draw_mark = {
        "operation": _operation, "failed": _failed, "delivery": _delivery, "tick": _tick, "fault": _fault, "cut": _cut,
    }  # fmt: skip
    x = MARGIN + 8
    for kind, words in LEGEND:
        tone = RED if kind in ("failed", "fault", "cut") else GREY
        parts += [draw_mark[kind](x, y, tone), _text(x + 15, y + 4, words, GREY, size=11)]
        x += 15 + len(words) * 6.7 + 26
    return parts, y + 24


# -- drawing ---------------------------------------------------------------------------------------


def _line_from(
    x1: float, y1: float, x2: float, y2: float, tone: str, width: float, *, dashes: str = "", opacity: float = 1.0
) -> str:
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    more += f' opacity="{opacity:g}"' if opacity < 1 else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{tone}" stroke-width="{width:g}"{more}/>'


def _text(
    x: float, y: float, words: str, tone: str, anchor: str = "start", *,
    size: int = 12, bold: bool = False, italic: bool = False,
) -> str:  # fmt: skip
    more = ' font-weight="bold"' if bold else ""
    more += ' font-style="italic"' if italic else ""
    more += f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-size="{size}"' if size != 12 else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{tone}"{more}>{_escaped(words)}</text>'


def _escaped(words: str) -> str:
    return escape(words, quote=False)


def _cropped(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
