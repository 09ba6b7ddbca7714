"""An import that stands below its use: a handler catches what it names, and a main guard runs in a script."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import proven

BEFORE = {"shop/__init__.py": "", "shop/orders.py": "class Price: ...\n\n\nclass Order: ...\n"}
AFTER = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.prices import Price as Price\n\n\nclass Order: ...\n",
    "shop/prices.py": "class Price: ...\n",
}


@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("try:\n    Price()\nexcept TypeError:\n    pass\n", False),
        ("try:\n    Price()\nexcept (TypeError, NameError):\n    pass\n", True),
        ("try:\n    Price()\nexcept Exception:\n    pass\n", True),
        ('if __name__ == "__main__":\n    Price()\n', False),
        ("def run():\n    Price()\n", True),
    ],
)
def test_an_import_below_its_use(code: str, held: bool) -> None:
    before = BEFORE | {"shop/run.py": f"from shop.orders import Price\n\n{code}"}
    above = AFTER | {"shop/run.py": f"from shop.prices import Price\n\n{code}"}
    below = AFTER | {"shop/run.py": f"{code}\nfrom shop.prices import Price\n"}
    assert proven(before, above).held
    assert proven(before, below).held is held
