"""Tapes as pictures: what is read from a tape, where it stands, and how it is drawn."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from codemods.characterize.__main__ import main
from codemods.characterize.picture import svg, terminal
from codemods.characterize.picture.lanes import picture
from codemods.characterize.picture.reading import Kind, UnreadableTapeError, read

ROOT = Path(__file__).resolve().parents[2]
TAPE = """\
0:00:00.000  # two workers
0:00:00.000  w1        connect
0:00:00.000  my other  connect
0:00:00.000  w1        create bucket b {"subjects": ["$KV.b.>"]} -> ok
0:00:00.000  w1        put b/k {"text": "a -> b [dropped] {", "n": 1} -> 1
0:00:00.000  my other  get bucket b {"last_by_subj": "$KV.b.k"} -> 1 {"time": "x -> y"} headers {"A": "1"} {"n": 1}
0:00:01.000  my other  receives $KV.b.k seq 1 attempt 1 from KV_b <ephemeral consumer> "x"
0:00:01.000  log       INFO w1 -> on its way
0:00:10.000  w1        update b/k after 1 {… "n": 2} -> 2
0:00:20.000  w1        update b/k after 2 {… "n": 3} -> 3
0:00:30.000  w1        update b/k after 3 {… "n": 4} -> 4
0:00:40.000  w1        update b/k after 4 {… "n": 5} [answer lost] -> 5
0:00:45.000  raised    TimeoutError: nats: timeout
0:00:50.000  w1        update b/k after 4 {… "n": 6} -> error 10071 wrong last sequence: 5
0:00:50.000  w1        cut
0:00:52.000  w1#2      connect
0:00:52.000  server    expired b/k
0:01:00.000  w1#2      disconnect
= 8 operations in 0:01:00.000
"""
DRAWN = """\
it
             w1  my other  server
0:00:00.000                  │     ── two workers
             ┬               │     connect
             │      ┬        │     connect
             ●      │        │     create bucket b → ok
             ●      │        │     put b/k → 1
             │      ●        │     get bucket b → 1
0:00:01.000  │      ▽        │     receives $KV.b.k seq 1 attempt 1 from KV_b <ephemeral consumer>
             │      │        │     INFO w1 -> on its way
0:00:10.000  ╪      │        │     3 × update b/k, every 10 s → 2 … 4
0:00:40.000  ✗      │        │     update b/k after 4 {n: 5}  ✗ answer lost → 5
0:00:45.000  │      │        │     raises TimeoutError: nats: timeout
0:00:50.000  ○      │        │     update b/k after 4 {n: 6} → error 10071 wrong last sequence: 5
             ✂      │        │     cut
0:00:52.000  ┬      │        │     connect
             │      │        ◆     expired b/k
0:01:00.000  ┴      │        │     disconnect
            8 operations in 0:01:00.000
"""


def test_each_kind_of_line():
    lines, counts = read(TAPE)
    assert counts == "8 operations in 0:01:00.000"
    put, got, received, log = lines[4:8]
    assert (put.kind, put.who, put.what, put.fields, put.answers, put.fault) == (
        Kind.OPERATION, "w1", "put b/k", ("text", "n"), ("1",), "",
    )  # fmt: skip
    assert (got.who, got.what, got.answers) == ("my other", "get bucket b", ("1",))
    assert (received.kind, received.at) == (Kind.DELIVERY, 1.0)
    assert (log.kind, log.what) == (Kind.LOG, "INFO w1 -> on its way")
    assert [one.fault for one in lines if one.fault] == ["answer lost"]
    assert [one.what for one in lines if one.failed] == ["update b/k after 4"]
    assert [one.what for one in lines if one.kind is Kind.EVENT] == [
        "connect", "connect", "cut", "connect", "expired b/k", "disconnect",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "nothing\n", "= 1 operations\n", "x\n= 1 operations in 0:00:00.000\n"])
def test_what_is_no_tape(text):
    with pytest.raises(UnreadableTapeError):
        read(text)


def test_a_tape_without_a_clock_has_no_times():
    lines, _ = read("w       connect\nw       put b/k 1 -> 1\n= 1 operations in 0:00:00.000\n")
    assert [(one.at, one.who, one.what) for one in lines] == [(0, "w", "connect"), (0, "w", "put b/k 1")]


def test_who_comes_again_has_the_lane_that_it_left_and_a_namesake_has_its_own():
    tape = "".join(
        f"0:00:00.000  {line}\n"
        for line in ("w       connect", "w#2     connect", "w       cut", "w#3     connect", "w#2     disconnect")
    )
    drawn = picture("it", *read(tape + "= 0 operations in 0:00:00.000\n"))
    assert drawn.lanes == ("w", "w#2")
    assert [(one.lane, one.first, one.last, one.end) for one in drawn.spans] == [
        (0, 0, 2, "cut"), (1, 1, 4, "disconnect"), (0, 3, 4, ""),
    ]  # fmt: skip


def test_beats_are_what_comes_again_and_again_and_nothing_else():
    repeats = [row.repeats for row in picture("it", *read(TAPE)).rows if row.repeats]
    ((one,),) = repeats
    assert (one.what, one.times, one.answers, one.rhythm) == ("update b/k", (10, 20, 30), ("2", "3", "4"), "every 10 s")


def test_in_the_terminal():
    out = io.StringIO()
    terminal.draw(picture("it", *read(TAPE)), Console(file=out, width=120))
    assert out.getvalue() == DRAWN


def test_as_svg():
    root = ElementTree.fromstring(svg.draw(picture("a < b & c", *read(TAPE))))
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "a < b & c"
    assert "update b/k after 4 {n: 5}   answer lost → 5" in texts
    assert "3 × update b/k, every 10 s → 2 … 4" in texts
    titles = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert 'put b/k {"text": "a -> b [dropped] {", "n": 1} -> 1' in titles


@pytest.mark.parametrize("folder", ["examples", "tests/worker", "tests/characterize"])
def test_all_tapes_that_there_are_can_be_drawn(folder):
    for file in sorted((ROOT / folder).rglob("*.tape")):
        lines, counts = read(file.read_text(encoding="utf-8"))
        drawn = picture(file.stem, lines, counts)
        shown = sum(sum(len(one.times) for one in row.repeats) or 1 for row in drawn.rows)
        assert shown == len(lines), file
        ElementTree.fromstring(svg.draw(drawn))


def test_one_tape_is_shown_and_written_here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("it.tape").write_text(TAPE, encoding="utf-8")
    assert main(["show", "it.tape"]) == 0
    assert capsys.readouterr().out == DRAWN + "written: it.svg\n"
    assert Path("it.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_folder_of_tapes_is_written_where_one_says(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.tape").write_text(TAPE, encoding="utf-8")
    assert main(["show", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("2 tapes, 16 operations, 0:02:00.000 of virtual time\n")
    assert not list(tmp_path.rglob("*.svg"))
    assert main(["show", str(tmp_path), "--svg", str(tmp_path / "pictures")]) == 0
    assert [one.name for one in sorted(tmp_path.rglob("*.svg"))] == ["one.svg", "two.svg"]
    assert main(["show", str(tmp_path), "--svg", str(tmp_path / "all.svg")]) == 2
    assert "name a folder" in capsys.readouterr().err


def test_bad_input_is_said(tmp_path, capsys):
    assert main(["show", str(tmp_path / "none.tape")]) == 2
    assert "none.tape: No such file" in capsys.readouterr().err
    assert main(["show", str(tmp_path)]) == 2
    assert "no .tape file below" in capsys.readouterr().err
    (tmp_path / "text.tape").write_text("hello\n")
    assert main(["show", str(tmp_path / "text.tape")]) == 2
    assert "text.tape is no tape: a tape ends with" in capsys.readouterr().err
    (tmp_path / "report").write_text("hello\n")
    assert main(["counts", str(tmp_path / "report")]) == 2
    assert capsys.readouterr().err


def test_a_server_that_is_away_is_not_there():
    tape = "0:00:01.000  server  stopped\n0:00:02.000  log     INFO alone\n0:00:03.000  server  started\n"
    drawn = picture("it", *read(tape + "= 0 operations in 0:00:03.000\n"))
    assert [(one.first, one.last, one.end) for one in drawn.spans] == [(0, 0, "stopped"), (2, 2, "")]
