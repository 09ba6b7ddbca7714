"""What PEP 695 evaluates when it is asked for: values of `type` aliases, bounds and constraints of type parameters."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from codemods.face import solve

from .archive import observed, parse

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs the syntax of Python 3.12")

MONEY = "class Money:\n    cents = 1\n\n\n"
TILL = "\n\nclass Till:\n    money = Money\n"


@pytest.mark.parametrize(
    ("name", "code", "asks"),
    [
        ("Prices", "type Prices = list[Money]\n", "Prices.__value__.__args__[0]"),
        (
            "first",
            "def first[T: Money](prices: list[T]) -> T:\n    return prices[0]\n",
            "first.__type_params__[0].__bound__",
        ),
        ("Box", "class Box[T: (Money, int)]:\n    item: T\n", "Box.__type_params__[0].__constraints__[0]"),
    ],
)
def test_they_find_what_they_name(name: str, code: str, asks: str, tmp_path: Path) -> None:
    case = parse(
        f"move: shop/worker.py shop/prices.py {name}\n\n--- before shop/__init__.py\n"
        f"--- before shop/worker.py\n{MONEY}{code}{TILL}"
        f"--- before check.py\nfrom shop.worker import Money, {name}\n\nprint({asks} is Money)\n"
    )
    changes = solve(case.moves, case.tree).changes
    assert observed({**case.before, **changes.after}, tmp_path) == "True\n"
