"""A small part of scripts/fuzz_effects: whatever is moved, each start runs the side effects that it ran."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts import fuzz_effects


def test_fifty_trees() -> None:
    tries = {seed: fuzz_effects.attempt(seed) for seed in range(50)}
    assert {seed: wrong for seed, (_, wrong) in tries.items() if wrong} == {}
    outcomes = Counter(outcome for outcome, _ in tries.values())
    moved = outcomes["moved"] + outcomes["moved, importers kept"]
    assert outcomes["moved, importers kept"] > 10, "too few of them have anything to lose"
    assert moved >= 25, outcomes


def test_a_number_is_always_the_same_tree() -> None:
    assert [fuzz_effects.make(seed) for seed in range(10)] == [fuzz_effects.make(seed) for seed in range(10)]
