"""The same for programs: one JSON object a command, with keys that stay; docs/json.md describes them.

``VERSION`` grows when a key goes away or means something else, not when one comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codemods.model import ChangeSet, Finding, Hazard, Kind, Move, Place, Plan, Proof, Review

VERSION = 2


def document(outcome: str, **parts: Any) -> str:
    """The text of a report: its version, how the command ended, and its parts."""
    return json.dumps({"version": VERSION, "outcome": outcome, **parts}, indent=2)


def moves_json(moves: Sequence[Move]) -> list[dict[str, Any]]:
    return [
        {
            "source": move.source,
            "destination": move.destination,
            "names": move.names,
            "with": move.along,
            "keep": move.keep,
            "reexport": move.reexport.value,
            "deprecate": move.deprecate,
        }
        for move in moves
    ]


def plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "moves": moves_json(plan.moves),
        "done": plan.done,
        "units": [
            {
                "names": group.names,
                "disposition": group.disposition.name.lower().replace("_", "-"),
                "reason": group.reason,
                **_place(group.place),
            }
            for group in plan.groups
        ],
        "files": [{"path": file.path, "actions": [*file.actions, *file.kept]} for file in plan.files],
        "hazards": hazards_json(plan.hazards),
    }


def hazards_json(hazards: Sequence[Hazard]) -> list[dict[str, Any]]:
    return [
        {
            "code": hazard.code,
            "severity": hazard.severity.value,
            "reason": hazard.reason,
            "remedies": hazard.remedies,
            **_place(hazard.place),
        }
        for hazard in hazards
    ]


def proof_json(proof: Proof) -> dict[str, Any]:
    return {
        "held": proof.held,
        "checks": [
            {
                "name": check.name,
                "says": check.says,
                "held": check.held,
                "examined": check.examined,
                "failures": _findings(check.failures),
                "declared": _findings(check.declared),
                "assumptions": _findings(check.assumptions),
            }
            for check in proof.checks
        ],
    }


def review_text(review: Review) -> str:
    """A review: what it says is described in docs/prove.schema.json."""
    from codemods.report.causes import fingerprints

    return document(
        review.outcome.value,
        command="prove",
        moves=moves_json(review.moves),
        flows=[
            {"source": f.source, "destination": f.destination, "names": f.names, "whole": f.whole} for f in review.flows
        ],
        counts={kind.value: len(review.of(kind)) for kind in Kind},
        checks=[{"name": c.name, "says": c.says, "examined": c.examined, "held": c.held} for c in review.checks],
        findings=[_finding_json(finding, known_by) for finding, known_by in fingerprints(review.findings)],
    )


def _finding_json(finding: Finding, fingerprint: str) -> dict[str, Any]:
    from codemods.report.causes import severity

    return {
        "code": finding.code,
        "kind": finding.kind.value,
        "severity": severity(finding),
        "message": finding.message,
        "before": _place(finding.before) if finding.before else None,
        "after": _place(finding.place),
        "cause": finding.cause or None,
        "fingerprint": fingerprint,
    }


def files_json(changes: ChangeSet) -> list[dict[str, Any]]:
    """What happens to each file, with its size before and after (null: no file)."""
    return [
        {
            "path": path,
            "change": _change(changes.before.get(path), changes.after[path]),
            "before": _size(changes.before.get(path)),
            "after": _size(changes.after[path]),
        }
        for path in changes.paths
    ]


def _change(before: bytes | None, after: bytes | None) -> str:
    return "made" if before is None else "removed" if after is None else "changed"


def _size(data: bytes | None) -> int | None:
    return None if data is None else len(data)


def _findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"message": finding.message, **_place(finding.place)} for finding in findings]


def _place(place: Place) -> Mapping[str, Any]:
    """Where it is; no line and column (null) where the whole file is meant."""
    return {"path": place.path, "line": place.line or None, "column": place.column if place.line else None}
