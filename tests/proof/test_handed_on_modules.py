"""Who gets a module from another one still finds in it what it asks for."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

ORDER, PRICE = "class Order: ...\n", "class Price: ...\n"
KINDS = {
    "a star of a package": ({"shop/__init__.py": "__all__ = ['orders']\n"}, "from shop import *", "orders"),
    "by another name": ({"shop/api.py": "from . import orders as o\n"}, "from shop.api import o", "o"),
    "by another name of a whole module": (
        {"shop/api.py": "from . import orders as o\n"},
        "from shop import api",
        "api.o",
    ),
    "a star of a module": ({"shop/api.py": "import shop.orders as o\n"}, "from shop.api import *", "o"),
}


@pytest.mark.parametrize("name", ["Price", "Order"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_it_lost(kind: str, name: str) -> None:
    holder, importing, spelled = KINDS[kind]
    app = f"{importing}\n\n\ndef get():\n    return {spelled}.{name}\n"
    stay = {"shop/__init__.py": "", **holder, "app.py": app}
    before = stay | {"shop/orders.py": f"{PRICE}\n\n{ORDER}"}
    found = failures(proven(before, stay | {"shop/orders.py": ORDER, "shop/price.py": PRICE}))
    assert any("app.py" in line for line in found) is (name == "Price"), found
