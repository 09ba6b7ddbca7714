"""What people and programs are told."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from codemods.model import (
    ChangeSet,
    Check,
    Disposition,
    FilePlan,
    Finding,
    Hazard,
    Move,
    Place,
    Plan,
    Proof,
    Severity,
    UnitPlan,
)
from codemods.report import as_json
from codemods.report.lines import Line, plan_lines, proof_lines, refusal_lines
from codemods.report.terminal import show, show_diff

PLAN = Plan(
    (Move("shop/worker.py", ("Status",), "shop/status.py"),),
    (
        UnitPlan(("LIMIT",), Place("shop/worker.py", 3), Disposition.GOES_ALONG, "only moved code uses it"),
        UnitPlan(("Status",), Place("shop/worker.py", 9), Disposition.MOVES, "asked for"),
        UnitPlan(("Worker",), Place("shop/worker.py", 20), Disposition.STAYS, "nobody asked"),
    ),
    (FilePlan("shop/worker.py", ("loses 2 statements",)), FilePlan("shop/status.py", ("is made",))),
    (Hazard("logger-name", Place("shop/worker.py", 2), "the logger moves", ("name it",), Severity.DECLARED),),
)
PROOF = Proof(
    (
        Check("bindings", "every name means what it meant", 1234, (), (Finding(Place("a.py", 1), "is declared"),)),
        Check("circles", "no new circle", 1, tuple(Finding(Place("a.py", n), "a circle") for n in range(1, 13))),
    )
)


def text(lines) -> str:
    return "\n".join(line.text for line in lines)


def test_a_plan_for_people() -> None:
    assert text(plan_lines(PLAN)) == (
        """\
Move Status from shop/worker.py to shop/status.py
  LIMIT   goes along  shop/worker.py:3: only moved code uses it
  Status  moves       shop/worker.py:9: asked for
  Worker  stays       shop/worker.py:20: nobody asked

shop/worker.py
  loses 2 statements

shop/status.py
  is made

Changes with the move, as you should know
  shop/worker.py:2: [logger-name] the logger moves
    what would help: name it"""
    )


def test_what_stays_is_only_counted_when_not_asked_for() -> None:
    shown = text(plan_lines(PLAN, every_unit=False))
    assert "Worker" not in shown
    assert "  1 other definition stays" in shown


def test_a_proof_for_people() -> None:
    lines = text(proof_lines(PROOF)).splitlines()
    assert lines[:3] == [
        "Proof",
        "  ✓ bindings  every name means what it meant (1,234 places examined)",
        "      a.py:1: is declared",
    ]
    assert lines[3] == "  ✗ circles   no new circle (1 place examined)"
    assert lines[-2:] == ["      ... and 2 more (fails)", "  1 of 2 checks do not hold"]


def test_a_refusal_for_people() -> None:
    hazard = Hazard("circle", Place("a.py", 3), "a needs b", ("break it", "or move b"))
    assert text(refusal_lines([hazard])).splitlines() == [
        "refused: a.py:3: [circle] a needs b",
        "  what would help: break it",
        "  what would help: or move b",
    ]


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
    assert data["version"] == 1
    assert data["plan"]["moves"] == [
        {
            "source": "shop/worker.py",
            "destination": "shop/status.py",
            "names": ["Status"],
            "with": [],
            "keep": [],
            "reexport": True,
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
    assert data["plan"]["hazards"][0]["severity"] == "declared"
    assert [check["held"] for check in data["proof"]["checks"]] == [True, False]
    assert data["files"] == [
        {"path": "a.py", "change": "changed", "before": 1, "after": 2},
        {"path": "b.py", "change": "made", "before": None, "after": 0},
        {"path": "c.py", "change": "removed", "before": 1, "after": None},
    ]
