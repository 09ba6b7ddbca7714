"""How a module may be split, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codemods.report.as_json import plan_json, proof_json
from codemods.report.lines import Line, counted, names_text, verdict_line
from codemods.suggest import Suggestion
from codemods.suggest.proposal import table

_NAMES = 8


def suggestion_lines(suggestion: Suggestion, verbose: bool = False) -> Iterator[Line]:
    """The new modules in the order in which they are made, what stays, the tables, and the proof."""
    many = _NAMES if not verbose else 0
    number = len(suggestion.modules)
    if number:
        lines = f"{counted(suggestion.stays_lines, 'line')} of {suggestion.lines:,} stay"
        yield Line(f"{suggestion.source}: {counted(number, 'new module')}, {lines}", "heading")
    else:
        yield Line(f"{suggestion.source}: no split is proposed", "heading")
    for module in suggestion.modules:
        yield Line()
        yield Line(f"{module.path}  {counted(module.lines, 'line')}", "heading")
        yield Line(f"  {names_text(module.heads, many)}")
        yield from (Line(f"  why: {why}") for why in module.why)
        yield from (Line(f"  needs {names}") for names in module.crossing)
    yield Line()
    yield Line(f"stays: {names_text(suggestion.stays, many)}")
    yield from (Line(f"  {why}") for why in suggestion.why_stays)
    for left in suggestion.left:
        yield Line(f"  not proposed: {names_text(left.names, many)}: {left.reason}", "warning")
    if suggestion.solution is None:
        return
    yield Line()
    yield from (Line(text) for text in table(suggestion).splitlines())
    yield Line()
    yield verdict_line(suggestion.solution.proof)


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """All of it as one object; `toml` is what pyproject.toml takes."""
    solution = suggestion.solution
    return {
        "source": suggestion.source,
        "lines": suggestion.lines,
        "modules": [
            {
                "key": module.key,
                "path": module.path,
                "names": module.names,
                "keep": module.keep,
                "heads": module.heads,
                "lines": module.lines,
                "why": module.why,
                "needs": module.crossing,
            }
            for module in suggestion.modules
        ],
        "stays": suggestion.stays,
        "stays_lines": suggestion.stays_lines,
        "left": [{"names": left.names, "reason": left.reason} for left in suggestion.left],
        "toml": table(suggestion),
        "plan": plan_json(solution.plan) if solution else None,
        "proof": proof_json(solution.proof) if solution else None,
    }
