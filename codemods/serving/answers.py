"""Answers to an agent: counts first, a few examples, and everything where it asks for it. Plain data.

A refusal is an answer, not an error: what stands against the move, where, and what helps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from codemods.face import Solution
from codemods.model import Disposition, Hazard, Plan, Proof, Refused, Severity, WrongUsage
from codemods.project import Unreadable
from codemods.report.as_json import files_json, hazards_json, moves_json, plan_json, proof_json
from codemods.report.diff import unified_diff
from codemods.report.lines import assumptions, grouped
from codemods.report.suggestions import suggestion_json
from codemods.suggest import Suggestion

Answer = dict[str, Any]
# So much of each list stands in a short answer.
SHOWN = 5
# A diff longer than this is cut, in characters.
_DIFF = 20_000


def answered(ask: Callable[[], Answer], full: bool = False) -> Answer:
    """The answer, or the refusal as one."""
    try:
        return ask()
    except Refused as refused:
        outcome = "wrong request" if isinstance(refused, WrongUsage) else "refused"
        return {"outcome": outcome, **refusal(refused.hazards, full)}
    except Unreadable as error:
        return {"outcome": "refused", **refusal((Hazard("unreadable", error.place, error.reason),), full)}
    except OSError as error:
        return {"outcome": "wrong request", "reason": str(error)}


def refusal(hazards: Sequence[Hazard], full: bool = False) -> Answer:
    causes = []
    for code, found in grouped(hazards).items():
        causes.append(
            {
                "code": code,
                "places": len(found),
                "shown": [f"{h.place}: {h.reason}" for h in (found if full else found[:SHOWN])],
                "help": list(dict.fromkeys(remedy for h in found for remedy in h.remedies)),
            }
        )
    return {"causes": causes}


def plan_answer(plan: Plan, full: bool = False) -> Answer:
    if full:
        return {"outcome": "nothing to do" if plan.done else "planned", "plan": plan_json(plan)}
    with_it = [group for group in plan.groups if group.disposition is Disposition.GOES_ALONG]
    notes = [hazard for hazard in plan.hazards if hazard.severity in (Severity.DECLARED, Severity.ASSUMED)]
    return {
        "outcome": "nothing to do" if plan.done else "planned",
        "moves": moves_json(plan.moves),
        "moves_with_it": [{"names": group.names, "reason": group.reason} for group in with_it],
        "files": len(plan.files),
        "files_shown": [file.path for file in plan.files[:SHOWN]],
        "notes": len(notes),
        "notes_shown": hazards_json(notes[:SHOWN]),
    }


def change_answer(outcome: str, solution: Solution, full: bool = False, diff: bool = False) -> Answer:
    found = plan_answer(solution.plan, full) | {"proof": proof_answer(solution.proof, full)}
    found["outcome"] = "nothing to do" if not solution.changes.paths else outcome
    if full:
        found["files"] = files_json(solution.changes)
    if diff:
        text = b"".join(unified_diff(solution.changes)).decode("utf-8", "replace")
        found["diff"] = text[:_DIFF]
        found["diff_cut"] = len(text) > _DIFF
    return found


def proof_answer(proof: Proof, full: bool = False) -> Answer:
    if full:
        return proof_json(proof)
    looked = [check for check in proof.checks if check.examined]
    found = {"held": proof.held, "checks": len(looked), "places": sum(check.examined for check in looked)}
    return found | {"assumptions": list(assumptions(proof))}


def suggestion_answer(suggestion: Suggestion, full: bool = False) -> Answer:
    found = suggestion_json(suggestion)
    outcome = "suggested" if suggestion.modules else "nothing to suggest"
    if full:
        return {"outcome": outcome, **found}
    proof = suggestion.solution.proof if suggestion.solution else Proof(())
    keys = ("key", "path", "lines", "heads", "why", "needs")
    modules = [{key: module[key] for key in keys} for module in found["modules"]]
    brief = {key: found[key] for key in ("source", "lines", "stays_lines", "left", "toml")}
    return {"outcome": outcome, "new_modules": len(modules), "modules": modules, **brief, "proof": proof_answer(proof)}
