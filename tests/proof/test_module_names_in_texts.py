"""A module without dots has one word for its name: moved code has that word for `__name__`, and no other."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

STAYS = "\n\ndef both(x):\n    return key(x)\n"
KEY = "def key(x):\n    return {} + x\n"


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ("__name__", '"shop"', True),
        ("__name__", "__name__", False),
        ("__name__", '"keys"', False),
        ('"shop"', '"shop"', True),
        ('"shop"', '"keys"', False),
        ('"shop"', "__name__", False),
        ('"keys"', "__name__", False),
        ('"cart"', '"shop"', False),
    ],
)
def test_what_moved_code_has_for_the_name(was: str, now: str, same: bool) -> None:
    before = {"shop.py": KEY.format(was) + STAYS}
    after = {"shop.py": "from keys import key\n" + STAYS, "keys.py": KEY.format(now)}
    found = failures(proven(before, after, Move("shop.py", ("key",), "keys.py")))
    assert (found == []) is same, found
