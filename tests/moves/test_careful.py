"""What the proof refuses for the order of executed modules alone is planned once more: importers keep their order."""

from __future__ import annotations

import pytest

from codemods.face import plan, solve
from codemods.model import Move

from .archive import MemoryTree

MOVE = Move("shop/prices.py", ("Price",), "shop/price.py")
FILES = {
    "shop/__init__.py": "from shop import board, prices\n",
    "shop/base.py": "class Base:\n    pass\n",
    "shop/prices.py": "from shop.base import Base\n\n\nclass Price(Base):\n    pass\n\n\nclass Tax(Base):\n    pass\n",
    "shop/board.py": (
        "from shop.prices import Price\n\n\ndef count(n):\n    return n and count(n - 1)\n\n\n"
        "TITLE = count(3), count(Price), count(4)\n"
    ),
    "shop/page.py": "from shop.prices import Price\n\n\ndef page():\n    return Price()\n",
}


def test_an_importer_keeps_the_order_of_what_nobody_can_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = MemoryTree({path: text.encode() for path, text in FILES.items()})
    assert {edits.path for edits in plan(MOVE, tree).files} >= {"shop/board.py", "shop/page.py"}
    assert "shop/board.py" in solve(MOVE, tree).changes.after
    monkeypatch.setattr("codemods.proof.importing.abstract.machine.STEPS", 3)
    careful = solve(MOVE, tree)
    assert careful.proof.held
    assert "shop/board.py" not in careful.changes.after
    assert "shop/page.py" in careful.changes.after
