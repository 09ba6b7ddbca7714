"""Imports that lead elsewhere now, though nothing reads what they bind."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "",
    "shop/orders.py": "class Price: ...\n\n\nclass Order: ...\n",
    "shop/late.py": "def late():\n    from .orders import Price\n",
}
AFTER = BEFORE | {
    "shop/orders.py": "from shop.prices import Price as Price\n\n\nclass Order: ...\n",
    "shop/prices.py": "class Price: ...\n",
}


@pytest.mark.parametrize(
    ("module", "held"), [(".prices", True), (".orders", True), ("shop.prices", True), ("prices", False)]
)
def test_a_library_that_nobody_imported(module: str, held: bool) -> None:
    late = {"shop/late.py": f"def late():\n    from {module} import Price\n"}
    assert proven(BEFORE, AFTER | late).held is held


TAKING = """\
import sys
{more}

def again():
    {taking}
    from shop.{module} import Price

    return Price
"""


@pytest.mark.parametrize(
    ("taking", "more"),
    [
        ('del sys.modules["shop.orders"]', ""),
        ('sys.modules.pop("shop.orders", None)', ""),
        ('delitem(sys.modules, "shop.orders")', "\nfrom operator import delitem\n"),
    ],
)
def test_a_module_that_is_to_be_executed_again(taking: str, more: str) -> None:
    def written(module: str) -> dict[str, str]:
        return {"shop/again.py": TAKING.format(taking=taking, more=more, module=module)}

    before = BEFORE | written("orders")
    assert proven(before, AFTER | written("orders")).held
    found = failures(proven(before, AFTER | written("prices")))
    assert [one.partition(":")[0] for one in found] == ["executed again"]
