"""Who asks a module that is still being executed for a name that it finds only at its end gets something else."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

PLUGINS = {
    "a loop": ("from . import orders", "for n in NAMES:\n    TABLE[n] = getattr(orders, n)", True),
    "a comprehension": ("from . import orders", "TABLE = {n: getattr(orders, n, None) for n in NAMES}", True),
    "a table of modules": (
        "import sys",
        "try:\n    PRICE = sys.modules['shop.orders'].price\nexcept (KeyError, AttributeError):\n    PRICE = None",
        True,
    ),
    "a default": ("import sys", "PRICE = getattr(sys.modules.get('shop.orders'), 'price', None)", True),
    "an import by a text": (
        "from importlib import import_module",
        "try:\n    PRICE = import_module('shop.orders').price\nexcept AttributeError:\n    PRICE = None",
        True,
    ),
    "another name": ("import sys", "RATE = getattr(sys.modules.get('shop.orders'), 'RATE', None)", False),
    "when it is called": ("import sys", "def price():\n    return sys.modules['shop.orders'].price", False),
    "another module": ("from . import other", "for n in NAMES:\n    TABLE[n] = getattr(other, n)", False),
}
LAZY = """if TYPE_CHECKING:
    from .pricing import price as price
else:

    def __getattr__(name):
        if name == "price":
            import importlib

            return getattr(importlib.import_module(".pricing", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""
PRICE = "def price(x):\n    return x\n"


@pytest.mark.parametrize("kind", PLUGINS)
def test_a_plugin(kind: str) -> None:
    importing, code, finds = PLUGINS[kind]
    names = "NAMES = ('price',)\nTABLE = {}\n"
    stay = {"shop/__init__.py": "", "shop/other.py": PRICE, "shop/plugin.py": f"{importing}\n\n{names}{code}\n"}
    rest = "RATE = 2\n\nfrom . import plugin\n"
    before = stay | {"shop/orders.py": f"{PRICE}\n\n{rest}"}
    head = "from typing import TYPE_CHECKING\n\n"
    after = stay | {"shop/orders.py": f"{head}{rest}\n\n{LAZY}", "shop/pricing.py": PRICE}
    found = failures(proven(before, after))
    assert any("price" in line for line in found) is finds, found
    assert (
        failures(
            proven(
                before,
                stay | {"shop/orders.py": f"from .pricing import price as price\n\n{rest}", "shop/pricing.py": PRICE},
            )
        )
        == []
    )
