"""The two measures of the prover, on a few moves; scripts/seeded_faults and scripts/others_moves take them all."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from proving.faults import Good, faults
from proving.measuring import Verdict, damage, good_moves, judge, others_moves
from proving.observing import differences, observe

MOVES = ("a_patched_name", "needed_at_import", "registration_in_its_turn")


@pytest.fixture(scope="module")
def good() -> dict[str, Good]:
    return {project.name: move for project, move in good_moves(MOVES)}


def test_there_are_many_kinds_of_fault() -> None:
    assert len(faults()) >= 40
    assert all(operator.__doc__ for operator in faults().values())


@pytest.mark.parametrize("name", MOVES)
def test_the_moves_are_good(good: dict[str, Good], name: str) -> None:
    assert differences(observe(good[name].before), observe(good[name].after), whole=True) == []


@pytest.mark.parametrize("name", faults())
def test_no_fault_is_missed(good: dict[str, Good], name: str) -> None:
    for project, move in good.items():
        for damaged in itertools.islice(faults()[name](move), 1):
            result = damage(move, damaged)
            assert result.verdict is not Verdict.MISSED, f"{project}, {damaged.where}: {result.why}"


@pytest.mark.parametrize(("project", "right"), [("a_plain_function", True), ("used_where_it_stood", False)])
def test_what_rope_made_is_judged_rightly(project: str, right: bool) -> None:
    pytest.importorskip("rope")
    for _, style, before, after in others_moves([project]):
        assert after is not None, f"rope declined {style}"
        judged = judge(before, after)
        assert judged.right is right, judged.differences
        assert judged.proven is right, judged.failures
