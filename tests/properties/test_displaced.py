"""Of steps in two orders: without those that were displaced the others stand as they stood."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from codemods.proof.importing.sequences import displaced, turned


@given(st.integers(0, 9).flatmap(lambda n: st.permutations(range(n))))
def test_of_two_that_change_places_one_is_displaced(new: list[int]) -> None:
    old = sorted(new)
    found = displaced(old, new)
    assert [step for step in new if step not in found] == [step for step in old if step not in found]
    for first, second in combinations(old, 2):
        assert new.index(first) < new.index(second) or {first, second} & {*found}


def test_no_more_than_needed() -> None:
    assert displaced([1, 2, 3, 4, 5], [2, 3, 4, 5, 1]) == [1]
    assert displaced([1, 2, 3], [1, 2, 3]) == []


def test_where_steps_are_not_the_same_all_are() -> None:
    assert displaced([1, 2], [2, 3]) == [1, 2]
    assert displaced([1, 1, 2], [1, 2, 1]) == [1, 1, 2]


@given(st.integers(0, 9).flatmap(lambda n: st.permutations(range(n))))
def test_turned_are_those_of_which_another_is_on_the_other_side_now(new: list[int]) -> None:
    old = sorted(new)
    swapped = (pair for pair in combinations(old, 2) if new.index(pair[0]) > new.index(pair[1]))
    assert set(turned(old, new)) == {step for pair in swapped for step in pair}


def test_where_one_order_has_other_steps_all_are_turned() -> None:
    assert turned([1, 2], [2, 3]) == [1, 2]
    assert turned([1, 1, 2], [1, 2, 1]) == [1, 1, 2]
