"""A review as SARIF 2.1.0 (OASIS), which code scanning services read."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from codemods.model import Finding, Kind, Place, Review
from codemods.report.causes import fingerprints, severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "note": "none"}


def review_text(review: Review) -> str:
    from codemods.proof import codes

    reported = [(finding, mark) for finding, mark in fingerprints(review.findings) if finding.kind is not Kind.NOTE]
    ids = sorted({finding.code for finding, _ in reported})
    rules = [_rule(code, codes().get(code, {})) for code in ids]
    results = [_result(finding, mark, ids.index(finding.code)) for finding, mark in reported]
    driver = {"name": "codemods", "version": _version(), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The folder that was given as --root."}}},
        "results": results,
        "properties": {"outcome": review.outcome.value},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _version() -> str:
    try:
        return version("codemods")
    except PackageNotFoundError:
        return "0"


def _rule(code: str, page: Any) -> dict[str, Any]:
    title = page.get("title", code)
    rule = {"id": code, "shortDescription": {"text": title}, "help": {"text": f"codemods explain {code}"}}
    return rule | ({"fullDescription": {"text": page["meaning"]}} if "meaning" in page else {})


def _result(finding: Finding, fingerprint: str, rule: int) -> dict[str, Any]:
    level = _LEVELS[severity(finding)]
    result = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "kind": "fail" if level != "none" else "informational",
        "level": level,
        "message": {"text": finding.message},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"codemods/v1": fingerprint},
        "properties": {"kind": finding.kind.value},
    }
    if finding.before is not None and finding.before != finding.place:
        result["relatedLocations"] = [_location(finding.before) | {"message": {"text": "before the change"}}]
    return result


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path), "uriBaseId": "ROOT"}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": place.column + 1}
    return {"physicalLocation": physical}
