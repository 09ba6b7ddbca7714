"""Every hazard is found in its own example, and explains itself."""

from __future__ import annotations

import re

import pytest

from codemods.face import solve
from codemods.model import Hazard, Refused, Severity
from codemods.planning.hazards import registry

from .archive import MemoryTree, read_move


def hazards_of(example: str) -> tuple[Hazard, ...]:
    """What a move of an example is refused for, or says."""
    parts = re.split(r"^-- (\S+) --\n", example.lstrip("\n"), flags=re.MULTILINE)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    move = read_move(files.pop("move"))
    files.setdefault("shop/__init__.py", "")
    try:
        return solve(move, MemoryTree({p: t.encode() for p, t in files.items()})).plan.hazards
    except Refused as refused:
        return refused.hazards


@pytest.mark.parametrize("code", sorted(registry()))
def test_is_found_in_its_example(code: str) -> None:
    found = [hazard for hazard in hazards_of(registry()[code].EXAMPLE) if hazard.code == code]
    assert found
    assert all(hazard.remedies for hazard in found if hazard.severity is Severity.REFUSES)


@pytest.mark.parametrize("code", sorted(registry()))
def test_says_what_it_means(code: str) -> None:
    hazard = registry()[code]
    assert hazard.TITLE and len(hazard.MEANING) > 80
