"""What people and programs are told."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from codemods.model import (
    ChangeSet,
    Check,
    Disposition,
    FilePlan,
    Finding,
    GroupPlan,
    Hazard,
    Move,
    Place,
    Plan,
    Proof,
    Severity,
)
from codemods.report import as_json
from codemods.report.lines import Line, plan_lines, proof_lines
from codemods.report.refusals import refusal_lines
from codemods.report.summary import moved_lines, plan_summary_lines
from codemods.report.terminal import show, show_diff

PLAN = Plan(
    (Move("shop/worker.py", ("Status",), "shop/status.py"),),
    (
        GroupPlan(("LIMIT",), Place("shop/worker.py", 3), Disposition.GOES_ALONG, "only moved code uses it"),
        GroupPlan(("Status",), Place("shop/worker.py", 9), Disposition.MOVES, "asked for"),
        GroupPlan(("Worker",), Place("shop/worker.py", 20), Disposition.STAYS, "nobody asked"),
    ),
    (
        FilePlan("shop/worker.py", ("loses 2 statements",)),
        FilePlan("shop/status.py", ("is made",)),
        FilePlan("main.py", ("imports Status from shop.status",)),
        FilePlan("app.py", (), ("keeps importing Status by the old path: it registers",)),
        FilePlan("web.py", (), ("keeps importing Status by the old path: it connects",)),
    ),
    (Hazard("logger-name", Place("shop/worker.py", 2), "the logger moves", ("name it",), Severity.DECLARED),),
)
NAMES = Check("names", "every name means what it meant", 1234, (), (Finding(Place("a.py", 1), "is declared"),))
STUBS = Check("stubs", "stubs say what they said")
HELD = Proof((NAMES, STUBS))
PROOF = Proof(
    (
        NAMES,
        STUBS,
        Check("cycles", "no new import cycle", 1, tuple(Finding(Place("a.py", n), "a cycle") for n in range(1, 13))),
    )
)


def text(lines) -> str:
    return "\n".join(line.text for line in lines)


def test_a_plan_with_everything() -> None:
    assert text(plan_lines(PLAN)) == (
        """\
Move Status from shop/worker.py to shop/status.py
  LIMIT   moves with it  shop/worker.py:3: only moved code uses it
  Status  moves          shop/worker.py:9: asked for
  Worker  stays          shop/worker.py:20: nobody asked

shop/worker.py
  loses 2 statements

shop/status.py
  is made

main.py
  imports Status from shop.status

app.py
  keeps importing Status by the old path: it registers

web.py
  keeps importing Status by the old path: it connects

To know
  shop/worker.py:2: [logger-name] the logger moves
    help: name it"""
    )


def test_a_plan_in_short() -> None:
    assert text(plan_summary_lines(PLAN)) == (
        """\
Move Status from shop/worker.py to shop/status.py
  LIMIT   moves with it  shop/worker.py:3: only moved code uses it
  Status  moves          shop/worker.py:9: asked for
  Worker  stays          shop/worker.py:20: nobody asked
Rewrites 1 other file: main.py
  app.py keeps importing Status by the old path: it registers (and 1 more, see -v)
  note: shop/worker.py:2: [logger-name] the logger moves
    help: name it"""
    )


def test_a_move_in_short() -> None:
    written = ["main.py", "shop/status.py", "shop/worker.py", *(f"tests/test_{n}.py" for n in range(4))]
    assert text(moved_lines(PLAN, {"shop/status.py"}, written, HELD)) == (
        """\
Moved Status from shop/worker.py to shop/status.py (new file)
  moves with it: LIMIT: only moved code uses it
Rewrote 5 other files (listed with -v)
  app.py keeps importing Status by the old path: it registers (and 1 more, see -v)
  note: shop/worker.py:2: [logger-name] the logger moves
  note: a.py:1: [proof:names] is declared
Proof holds: 1 check, 1,234 places"""
    )


def test_a_move_in_short_stays_short() -> None:
    units = tuple(
        GroupPlan((f"Helper{n}",), Place("a.py", n), Disposition.GOES_ALONG, f"reason {n % 7}") for n in range(1, 60)
    )
    hazards = tuple(
        Hazard(f"code-{n % 9}", Place("a.py", n), "so it is", ("do this",), Severity.DECLARED) for n in range(1, 60)
    )
    plan = Plan((Move("a.py", tuple(f"N{n}" for n in range(30)), "b.py"),), units, (), hazards)
    lines = text(moved_lines(plan, set(), [f"{n}.py" for n in range(99)], HELD)).splitlines()
    assert len(lines) <= 12
    assert lines[0] == "Moved N0, N1, N2, N3, N4, N5 and 24 more from a.py to b.py"
    assert "  note: a.py:1: [code-1] so it is (and 6 more like it, see -v)" in lines


def test_what_the_proof_assumes_follows_the_verdict() -> None:
    def held(count: int) -> Proof:
        assumed = tuple(Finding(Place("a.py"), f"nobody does {n}") for n in range(count))
        return Proof((replace(NAMES, declared=(), assumptions=(*assumed, *assumed)), STUBS))

    plan = Plan((Move("a.py", ("A",), "b.py"),))
    assert text(moved_lines(plan, {"b.py"}, ["a.py", "b.py"], held(2))).splitlines() == [
        "Moved A from a.py to b.py (new file)",
        "Proof holds: 1 check, 1,234 places",
        "  assumes: nobody does 0",
        "  assumes: nobody does 1",
    ]
    many = text(moved_lines(plan, {"b.py"}, ["a.py", "b.py"], held(9))).splitlines()
    assert len(many) == 2 + 5
    assert many[-1] == "  5 more assumptions, listed with -v"
    assert text(proof_lines(held(9))).count("assumes: ") == 9


def test_a_proof_with_everything() -> None:
    lines = text(proof_lines(PROOF)).splitlines()
    assert lines[:3] == [
        "Proof",
        "  ✓ names   every name means what it meant (1,234 places)",
        "      a.py:1: is declared",
    ]
    nothing = "  - stubs   nothing to check in this change"
    assert lines[3] == nothing, "no tick where nothing was looked at"
    assert lines[4] == "  ✗ cycles  no new import cycle (1 place)"
    assert lines[-2:] == ["      ... and 2 more (fails)", "The proof does not hold: 1 of 3 checks failed"]


def test_a_refusal_for_people() -> None:
    hazard = Hazard("cycle", Place("a.py", 3), "a needs b", ("break it", "or move b"))
    assert text(refusal_lines([hazard])).splitlines() == [
        "refused: a.py:3: [cycle] a needs b",
        "  help: break it",
        "  help: or move b",
    ]


def test_many_places_of_one_cause_are_one_refusal() -> None:
    hazards = [Hazard("old-path", Place("a.py", n), f"fields.X{n} is read", ("use --deprecate",)) for n in range(1, 25)]
    assert text(refusal_lines(hazards)).splitlines() == [
        "refused: a.py:1: [old-path] 24 places",
        *(f"  a.py:{n}: fields.X{n} is read" for n in range(1, 6)),
        "  ... and 19 more (-v lists them, --json has them)",
        "  help: use --deprecate",
    ]
    assert len(list(refusal_lines(hazards, every_place=True))) == 26


def test_what_places_have_in_common_is_said_once() -> None:
    hazards = [Hazard("old-path", Place("a.py", n), "it reads the old path") for n in (1, 2)]
    said = "refused: a.py:1: [old-path] 2 places: it reads the old path\n  a.py:1\n  a.py:2"
    assert text(refusal_lines(hazards)) == said


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_plain_text_where_no_terminal_is() -> None:
    stream = io.StringIO()
    show([Line("a [red]b[/red]", "bad")], stream)
    assert stream.getvalue() == "a [red]b[/red]\n"


def test_colour_on_a_terminal_and_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    show([Line("a [red]b[/red] " + "long " * 60, "bad")], stream)
    assert "\x1b[1;31m" in stream.getvalue()
    assert "a [red]b[/red]" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    stream = Terminal()
    show([Line("a", "bad")], stream)
    assert stream.getvalue() == "a\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stream_without_the_characters(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    show([Line("✓ ok"), Line("日本"), Line("\udcff")], stream)
    assert raw.getvalue().decode(encoding).splitlines() == ["+ ok", r"\u65e5\u672c", r"\udcff"]


def test_a_diff_goes_out_in_its_own_bytes() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "utf-8")
    show_diff([b"-\xe9\r\n", b"+x\n"], stream)
    assert raw.getvalue() == b"-\xe9\r\n+x\n"


def test_rich_is_not_loaded_for_plain_text() -> None:
    code = (
        "import sys, codemods.report.lines, codemods.report.terminal as t;"
        "t.show([codemods.report.lines.Line('x')], sys.stdout); assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)


def test_the_keys_of_the_json_stay() -> None:
    change = ChangeSet({"a.py": b"a", "c.py": b"c"}, {"a.py": b"ab", "b.py": b"", "c.py": None})
    data = json.loads(
        as_json.document(
            "moved", plan=as_json.plan_json(PLAN), proof=as_json.proof_json(PROOF), files=as_json.files_json(change)
        )
    )
    assert list(data) == ["version", "outcome", "plan", "proof", "files"]
    assert data["version"] == 2
    assert data["plan"]["moves"] == [
        {
            "source": "shop/worker.py",
            "destination": "shop/status.py",
            "names": ["Status"],
            "with": [],
            "keep": [],
            "reexport": "auto",
            "deprecate": False,
        }
    ]
    assert data["plan"]["units"][0] == {
        "names": ["LIMIT"],
        "disposition": "goes-along",
        "reason": "only moved code uses it",
        "path": "shop/worker.py",
        "line": 3,
        "column": 0,
    }
    assert as_json.hazards_json([Hazard("no-file", Place("a.py"), "it is not there")])[0] == {
        "code": "no-file",
        "severity": "refuses",
        "reason": "it is not there",
        "remedies": (),
        "path": "a.py",
        "line": None,
        "column": None,
    }
    assert data["plan"]["hazards"][0]["severity"] == "declared"
    assert [check["held"] for check in data["proof"]["checks"]] == [True, True, False]
    assert data["files"] == [
        {"path": "a.py", "change": "changed", "before": 1, "after": 2},
        {"path": "b.py", "change": "made", "before": None, "after": 0},
        {"path": "c.py", "change": "removed", "before": 1, "after": None},
    ]
