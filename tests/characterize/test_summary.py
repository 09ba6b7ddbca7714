"""Counting what recordings hold."""

from __future__ import annotations

import json

from codemods.characterize.summary import Counts, counts_of_report, counts_of_tape


def test_a_tape_that_says_nothing():
    assert counts_of_tape("") == Counts(tapes=1)


def test_the_last_line_of_a_tape():
    text = "0:00:00.000  # = 9 operations in 0:00:00.000\n= 245 operations in 1:01:02.500\n"
    assert counts_of_tape(text) == Counts(1, 245, 3662.5)


def test_a_report(tmp_path):
    line = {"test": "t", "operations": 2, "virtual_seconds": 60.0, "real_ms": 12.5, "sha256": "abc"}
    file = tmp_path / "report"
    file.write_text("".join(json.dumps({**line, "test": name}) + "\n" for name in "ab"))
    found = counts_of_report(file)
    assert str(found) == "2 tapes, 4 operations, 0:02:00.000 of virtual time in 25 ms"
    assert len(found.sha256) == 64
