"""Which known word was meant, and where none was."""

from __future__ import annotations

import pytest

from codemods.spelling import closest


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("Statsu", "Status"),
        ("STATUS", "Status"),
        ("--chek", "--check"),
        ("undoo", "undo"),
        ("rn", "run"),
        ("shop/wroker.py", "shop/worker.py"),
        ("shop.wroker", "shop.worker"),
        ("name-colision", "name-collision"),
    ],
)
def test_a_slip(word: str, known: str) -> None:
    assert closest(word, ["another", known, "else"]) == known


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("nope", "copied"),
        ("shop/no.py", "shop/money.py"),
        ("shop.no", "shop.money"),
        ("__name__", "names"),
        ("x", "y"),
    ],
)
def test_another_word(word: str, known: str) -> None:
    assert closest(word, [known]) is None
