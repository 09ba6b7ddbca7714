"""Texts that are made of signatures, after a class in them was moved by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

CLASS = "class Price:\n    pass\n"
REST = "def order(price: Price) -> Price:\n    return price\n\n\ndef other(n: int) -> int:\n    return n\n"
BEFORE = {"shop/__init__.py": "", "shop/orders.py": f"{CLASS}\n\n{REST}"}
AFTER = {"shop/orders.py": f"from shop.price import Price\n\n\n{REST}", "shop/price.py": CLASS}
SHOWS = "def shows(function):\n    return f'{function.__name__}{inspect.signature(function)}'\n\n\n"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("PAGE = str(inspect.signature(orders.order))", True),
        ("PAGE = str(inspect.signature(orders.other))", False),
        ("PAGE = inspect.signature(orders.order)", False),
        (f"{SHOWS}PAGE = shows(orders.order)", True),
        (f"{SHOWS}PAGE = shows(orders.other)", False),
        (f"{SHOWS}@shows\ndef page(price: orders.Price):\n    return price", True),
    ],
)
def test_a_signature(code: str, found: bool) -> None:
    before = BEFORE | {"shop/pages.py": f"import inspect\n\nfrom shop import orders\n\n{code}\n"}
    lines = [line for line in failures(proven(before, before | AFTER)) if "signature" in line]
    assert bool(lines) is found
