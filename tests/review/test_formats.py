"""A review for programs: JSON by its schema, SARIF by that of OASIS, GitHub's annotations, Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codemods.face import review
from codemods.model import Kind, Review
from codemods.proof import codes
from codemods.report import as_github, as_json, as_markdown, as_sarif
from codemods.report.causes import causes, fingerprints
from tests.moves.archive import MemoryTree

from .archive import load

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/prove.schema.json").read_text())


def reviewed(name: str) -> Review:
    case = load(Path(__file__).parent / f"cases/{name}.txt")
    return review(MemoryTree(case.before), MemoryTree(case.after))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_json_and_sarif_are_valid(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    sarif = pytest.importorskip("pydantic_sarif.model")
    found = reviewed(path.stem)
    told = json.loads(as_json.review_text(found))
    jsonschema.validate(told, SCHEMA)
    assert {finding["code"] for finding in told["findings"]} <= {*codes()} | {
        code for finding in told["findings"] if (code := finding["code"]).startswith("proof:")
    }
    text = as_sarif.review_text(found)
    sarif.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate_json(text)
    results = json.loads(text)["runs"][0]["results"]
    assert len(results) == len([f for f in found.findings if f.kind is not Kind.NOTE])


def test_the_schema_rejects_what_is_not_in_it() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    told = json.loads(as_json.review_text(reviewed("edited_while_moving")))
    told["findings"][0]["line"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


def test_both_places_are_told_as_they_are() -> None:
    told = json.loads(as_json.review_text(reviewed("edited_while_moving")))
    [broken] = [finding for finding in told["findings"] if finding["kind"] == "broken"]
    assert (broken["code"], broken["severity"]) == ("unbound-name", "error")
    assert broken["before"] == {"path": "client.py", "line": 10, "column": 0} or broken["before"]["path"] == "client.py"
    assert (broken["after"]["path"], broken["after"]["line"]) == ("msg.py", 7)


def test_fingerprints_do_not_know_lines() -> None:
    case = load(Path(__file__).parent / "cases/edited_in_place.txt")
    lower = {path: b"# a comment\n\n\n" + text for path, text in case.after.items()}
    before = {path: b"# a comment\n\n\n" + text for path, text in case.before.items()}
    one = review(MemoryTree(case.before), MemoryTree(case.after))
    two = review(MemoryTree(before), MemoryTree(lower))
    marks = [{mark for _, mark in fingerprints(found.findings)} for found in (one, two)]
    assert marks[0] == marks[1]
    assert len(marks[0]) == len(one.findings)


def test_annotations_of_github() -> None:
    lines = as_github.review_text(reviewed("edited_while_moving")).splitlines()
    assert lines[0].startswith("::error file=msg.py,line=7,title=codemods%3A unbound-name::Msg reads AckError")
    assert lines[1].startswith("::warning file=msg.py,line=1,title=codemods%3A edited::Msg: it is edited")
    assert lines[-1] == "broken: 1 cause"


def test_markdown_is_short() -> None:
    text = as_markdown.review_text(reviewed("edited_while_moving"))
    assert text.startswith("### ❌ Broken\n\n- `msg.py:7` Msg reads AckError")
    assert len(text.splitlines()) < 20
    assert not re.search(r"^#{1,6} .*\n#", text)
    proven = as_markdown.review_text(reviewed("package_renamed"))
    assert "- `old/ -> new/ (2 modules, 1 definition)`" in proven


def test_one_line_a_cause() -> None:
    found = causes(reviewed("new_cycle_that_fails").of(Kind.BROKEN))
    assert [(cause.finding.code, len(cause.others)) for cause in found] == [("import-cycle", 2)]
    found = causes(reviewed("package_renamed_importer_forgotten").of(Kind.BROKEN))
    assert [(cause.finding.code, len(cause.others)) for cause in found] == [("missing-module", 1)]
