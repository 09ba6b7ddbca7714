"""What a person sees while a command runs, and that nobody else sees it."""

from __future__ import annotations

import io
import threading

import pytest

from codemods.report.watching import Line, Times, watching
from codemods.stages import at, counted, stage, watched_by


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_library_tells_nobody() -> None:
    with stage("planning"):
        assert list(counted(["a.py", "b.py"])) == ["a.py", "b.py"]


def test_times_of_stages_inside_of_one_another() -> None:
    ticks = iter(range(100))
    times = Times(lambda: float(next(ticks)))
    with watched_by(times), stage("planning"):
        for _ in range(2):
            with stage("searching the tree"):
                pass
    told = io.StringIO()
    times.tell(told)
    assert told.getvalue().splitlines() == [
        "    5.000 s  planning",
        "    2.000 s    searching the tree  (2 times)",
        "    7.000 s  in all",
    ]


def test_the_line_names_the_stage_and_the_count() -> None:
    terminal = Terminal()
    line = Line(terminal, patience=threading.TIMEOUT_MAX)
    with watched_by(line), stage("searching the tree"):
        line.show()
        list(counted([f"{number}.py" for number in range(1000)]))
    line.close()
    assert "searching the tree" in terminal.getvalue()


def test_the_line_is_gone_before_the_answer() -> None:
    terminal = Terminal()
    line = Line(terminal, patience=threading.TIMEOUT_MAX)
    with watched_by(line):
        with stage("planning"):
            line.show()
        terminal.truncate(0)
        terminal.write("moved")
        line.close()
    assert terminal.getvalue().lstrip("\0") == "moved"


@pytest.mark.parametrize("quiet, stream", [(True, Terminal()), (False, io.StringIO())], ids=["quiet", "no terminal"])
def test_nobody_is_told(quiet: bool, stream: io.StringIO) -> None:
    before = threading.active_count()
    with watching(profile=False, quiet=quiet, stream=stream), stage("planning"):
        assert threading.active_count() == before
    assert stream.getvalue() == ""


def test_times_are_told_when_the_command_ends() -> None:
    stream = io.StringIO()
    with watching(profile=True, quiet=True, stream=stream):
        with stage("planning"):
            pass
        assert stream.getvalue() == ""
    assert [line.split(" s  ")[1] for line in stream.getvalue().splitlines()] == ["planning", "in all"]


def test_the_file_at_hand_is_named() -> None:
    line = Line(Terminal(), patience=3600)
    with watched_by(line), stage("planning"):
        at("shop/[a].py")
        assert line._text == "planning: shop/[a].py"
        with stage("searching the tree"):
            assert line._text == "searching the tree"
    line.close()
