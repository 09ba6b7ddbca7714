"""Texts that are made of where a class stands, when it moved by hand."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

KINDS = {
    "the class": ("repr(Order)", True),
    "its module": ("Order.__module__ + '.Order'", True),
    "an alias": ("str(list[Order])", True),
    "a union under a name": ("f'{KIND}'", True),
    "another class": ("str(list[Line])", False),
    "an entry": ("str(TABLE[Order])", False),
    "its name": ("Order.__name__", False),
    "a sentence": ("f'there is no {Order} in the shop'", False),
    "the module itself": ("sys.modules[Order.__module__]", False),
    "a copy": ("setattr(key, '__module__', Order.__module__)", True),
}
ORDER, LINE = "class Order: ...\n", "class Line: ...\n"


@pytest.mark.parametrize("accept", [(), ("module-recorded",)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_text(kind: str, accept: tuple[str, ...]) -> None:
    text, finds = KINDS[kind]
    head = "import sys\n\nfrom shop.orders import Line, Order\n\nKIND = dict[str, Order] | None\nTABLE = {Order: 1}\n"
    user = f"{head}\n\ndef key():\n    return {text}\n"
    stay = {"shop/__init__.py": "", "shop/kinds.py": user}
    before = stay | {"shop/orders.py": f"{ORDER}\n\n{LINE}"}
    after = stay | {"shop/orders.py": f"from .models import Order as Order\n\n\n{LINE}", "shop/models.py": ORDER}
    found = failures(proven(before, after, Move("shop/orders.py", ("Order",), "shop/models.py", accept=accept)))
    assert any("says its module here" in line for line in found) is (finds and not accept), found
