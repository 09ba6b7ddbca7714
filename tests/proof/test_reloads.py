"""What left a module by hand that is reloaded."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, found_by_hand, proven

# What moves; whether a reload makes it anew.
KINDS = {
    "a value of the environment": ("moved = os.environ.get('SHOP')\n", True),
    "a table": ("moved = []\n", True),
    "a class with a table": ("class moved:\n    all = []\n", True),
    "a function that remembers": ("@functools.cache\ndef moved():\n    return object()\n", True),
    "a function": ("def moved():\n    return 1\n", False),
    "a value": ("moved = 60 * 60, 'm'\n", False),
    "a class": ("class moved:\n    rate = 1\n\n    @property\n    def more(self):\n        return 2\n", False),
}


@pytest.mark.parametrize("accept", [(), ("module-reloaded",)])
@pytest.mark.parametrize("kind", KINDS)
def test_it(kind: str, accept: tuple[str, ...]) -> None:
    moved, anew = KINDS[kind]
    head = "import functools\nimport os\n\n\n"
    app = "import importlib\n\nfrom shop import orders\n\n\ndef again():\n    importlib.reload(orders)\n"
    found = found_by_hand({"shop/app.py": app}, head, moved, accept=accept)
    assert any("is not made anew by that" in line for line in found) is (anew and not accept), found


AGAIN = {
    "reloaded": "import importlib\n\nfrom shop import orders\n\n\ndef again():\n    importlib.reload(orders)\n",
    "taken out": "import sys\n\n\ndef again():\n    del sys.modules['shop.orders']\n",
}
ONCE = "from .orders import RATE\n\n\ndef net():\n    return RATE\n"
LATE = "def net():\n    from .orders import RATE\n\n    return RATE\n"


@pytest.mark.parametrize("how", AGAIN)
@pytest.mark.parametrize(
    ("rate", "now", "stale"),
    [("os.environ['RATE']", ONCE, True), ("os.environ['RATE']", LATE, False), ("10 + 1", ONCE, False)],
)
def test_a_value_that_was_imported_once(how: str, rate: str, now: str, stale: bool) -> None:
    made = f"import os\n\nRATE = {rate}\n"
    before = {"shop/__init__.py": "", "shop/app.py": AGAIN[how]}
    before |= {"shop/orders.py": f"{made}\n\ndef net():\n    return RATE\n"}
    found = failures(proven(before, before | {"shop/orders.py": made, "shop/models.py": now}))
    assert any("goes on with the RATE of before" in line for line in found) is stale, found
