"""A name that a test deletes raises what it raised."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

FAST = 'def fast(text):\n    return "fast " + text\n'
CONFIRM = 'def confirm(order):\n{}    try:\n        return fast(order)\n    except NameError:\n        return "slow"\n'
KINDS = {
    "by its path": ("monkeypatch.delattr('shop.orders.fast')", True),
    "by the module": ("monkeypatch.delattr(orders, 'fast', raising=False)", True),
    "by a statement": ("del orders.fast", True),
    "another name": ("monkeypatch.delattr('shop.orders.slow', raising=False)", False),
    "of another module": ("monkeypatch.delattr('shop.other.fast')", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion(kind: str) -> None:
    deletes, finds = KINDS[kind]
    test = f"from shop import orders\n\n\ndef test_slow(monkeypatch):\n    {deletes}\n    assert orders.confirm('x')\n"
    stay = {"shop/__init__.py": "", "shop/other.py": FAST, "tests/test_orders.py": test}
    before = stay | {"shop/orders.py": f"{FAST}\n\n{CONFIRM.format('')}\n\ndef remind():\n    return fast('')\n"}
    after = stay | {
        "shop/confirming.py": CONFIRM.format("    from .orders import fast\n\n"),
        "shop/orders.py": f"{FAST}\n\ndef remind():\n    return fast('')\n\n\nfrom .confirming import confirm\n",
    }
    found = failures(proven(before, after))
    assert any("raised NameError" in line for line in found) is finds, found
