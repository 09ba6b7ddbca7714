"""The picture in a terminal: a column for each connection, and beside it what happens."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from codemods.characterize.picture.lanes import Picture, Row, label, repeats_label
from codemods.characterize.picture.reading import Kind, Line
from codemods.characterize.render import clock_text

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")
BROKEN = "bold red"
WIDTH_OF_A_PIPE = 160
MARKS = {"connect": "┬", "disconnect": "┴", "cut": "✂"}


def draw(picture: Picture, console: Console) -> None:
    """Print it; what does not fit in the width is cut off."""
    widths = [max(len(name), 3) for name in picture.lanes]
    head = Text(" " * 12)
    for at, name in enumerate(picture.lanes):
        head.append(name.center(widths[at]) + "  ", style=f"bold {colour(at)}")
    console.print(Text(picture.title, style="bold"))
    head.rstrip()
    console.print(head, no_wrap=True, overflow="ellipsis", crop=True)
    before = -1.0
    for place, row in enumerate(picture.rows):
        time = clock_text(row.at) if row.at != before else ""
        before = row.at
        for text in _texts(picture, place, row, widths, time):
            console.print(text, no_wrap=True, overflow="ellipsis", crop=True)
    console.print(Text(f"{'':>12}{picture.counts}", style="dim"))


def _texts(picture: Picture, place: int, row: Row, widths: list[int], time: str) -> list[Text]:
    """The lines of one row: one, or one for each operation that is repeated."""
    if not row.repeats:
        return [_rails(picture, place, row, widths, time, None).append_text(_said(row))]
    return [
        _rails(picture, place, row, widths, time if not at else "", repeats.lane).append(
            repeats_label(repeats), style=colour(repeats.lane)
        )
        for at, repeats in enumerate(row.repeats)
    ]


def _rails(picture: Picture, place: int, row: Row, widths: list[int], time: str, repeating: int | None) -> Text:
    text = Text(f"{time:>11} ", style="dim")
    there = {one.lane for one in picture.spans if one.first <= place <= one.last}
    for lane, width in enumerate(widths):
        mark, style = ("│" if lane in there else " "), colour(lane)
        if lane == repeating:
            mark = "╪"
        elif lane == row.lane and row.line:
            mark, style = _mark(row.line, style)
        text.append(mark.center(width) + "  ", style=style)
    return text


def _mark(line: Line, style: str) -> tuple[str, str]:
    if line.fault or line.what == "cut":
        return ("✂" if line.what == "cut" else "✗"), BROKEN
    if line.kind is Kind.EVENT:
        return MARKS.get(line.what, "◆"), style
    if line.kind is Kind.DELIVERY:
        return "▽", style
    return ("○" if line.failed else "●"), style


def _said(row: Row) -> Text:
    line = row.line
    assert line
    if line.kind is Kind.NOTE:
        return Text(f"── {line.what}", style="bold")
    if line.kind is Kind.LOG:
        return Text(line.what, style="dim italic")
    if line.kind is Kind.RAISED:
        return Text(f"raises {line.what}", style="red")
    text = Text(label(line), style=colour(row.lane or 0) if line.kind is not Kind.EVENT else "dim")
    if line.what == "cut":
        text.stylize(BROKEN)
    if line.fault:
        text.append(f"  ✗ {line.fault}", style=BROKEN)
    for one in line.answers:
        text.append(f" → {one}", style="red" if line.failed else "dim")
    return text


def colour(lane: int) -> str:
    return COLOURS[lane % len(COLOURS)]
