"""A finding names the line on which people find what it speaks of, whatever stands above."""

from __future__ import annotations

from codemods.face import prove, solve
from codemods.model import Move
from codemods.project import OverlayTree
from tests.moves.archive import MemoryTree

BEFORE = {
    "shop/__init__.py": "",
    "shop/orders.py": '''\
class Price:
    """What a customer pays.

    >>> from shop.orders import Price
    >>> from shop.orders import total
    >>> total([Price(1), Price(2)])
    3
    """

    def __init__(self, net):
        self.net = net


def total(prices):
    """
    >>> from shop.orders import Price, total
    >>> total([Price(1)])
    1
    """
    return sum(price.net for price in prices)


def average(prices):
    return total(prices) / len(prices)
''',
}


def test_below_examples_whose_imports_follow_the_move() -> None:
    old = MemoryTree({path: text.encode() for path, text in BEFORE.items()})
    move = Move("shop/orders.py", ("Price",), "shop/prices.py")
    changes = dict(solve(move, old).changes.after)
    changes["shop/orders.py"] = changes["shop/orders.py"].replace(b"/ len", b"// len")
    proof = prove(old, OverlayTree(old, changes), [move])
    line = changes["shop/orders.py"].decode().splitlines().index("def average(prices):") + 1
    found = [(f.place.line, f.before.line if f.before else 0) for check in proof.checks for f in check.failures]
    assert found == [(line, BEFORE["shop/orders.py"].splitlines().index("def average(prices):") + 1)]
