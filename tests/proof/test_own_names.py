"""What the import system sets in a module stays its own: classes and functions take their module from there."""

import pytest

from tests.proof.test_prover import found_by_hand

MOVED = "def moved():\n    return 1\n"


@pytest.mark.parametrize("name", ["__name__", "__doc__", "__file__"])
def test_an_import_covers_it(name: str) -> None:
    found = found_by_hand({}, "", MOVED, f"from operator import not_ as {name}\n\n\n{MOVED}")
    assert any(f"{name} is bound here now" in line for line in found), found


def test_it_was_covered_before() -> None:
    head = '__name__ = "shop"\n\n\n'
    stay = {"shop/models.py": head}
    assert not any("is bound here now" in line for line in found_by_hand(stay, "", MOVED, head + MOVED))
