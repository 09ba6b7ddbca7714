"""What left a module by hand that is reloaded."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import found_by_hand

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
