"""A lazy old path is asked while the module in which it looks is half made."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

PRICE = "class Price:\n    rate = 2\n"
LAZY = """\
class Rate: ...


def __getattr__(name):
    if name == "Price":
        import importlib

        return getattr(importlib.import_module(".baskets", __package__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""


@pytest.mark.parametrize(
    "reads",
    ["from shop import base\n\nDEFAULT = base.Price()\n", "from shop.base import Price as P\n\nDEFAULT = P()\n"],
)
def test_the_destination_asks_before_it_has_the_name(reads: str) -> None:
    before = {"shop/__init__.py": "", "shop/base.py": f"class Rate: ...\n\n\n{PRICE}", "shop/baskets.py": reads}
    below = before | {"shop/base.py": LAZY, "shop/baskets.py": f"{reads}\n\n{PRICE}"}
    assert any("before it is bound there" in line for line in failures(proven(before, below)))
    above = before | {"shop/base.py": LAZY, "shop/baskets.py": f"{PRICE}\n\n{reads}"}
    assert not any("before it is bound" in line for line in failures(proven(before, above)))
