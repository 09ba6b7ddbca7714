"""Manuals made of modules, when somebody moved code by hand: what left the page, and what goes on being shown."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Kind
from tests.moves.archive import MemoryTree

BEFORE = {
    "shop/__init__.py": "",
    "shop/orders.py": 'class Price:\n    """What it costs."""\n\n\ndef order():\n    """Orders one."""\n',
    "docs/index.rst": "Shop\n====\n\n.. automodule:: shop.orders\n   :members:\n\nThe end.\n",
}
PRICES = {"shop/prices.py": 'class Price:\n    """What it costs."""\n'}
STAYS = 'def order():\n    """Orders one."""\n'
MANUAL = "Shop\n====\n\n.. automodule:: shop.orders\n   :members:\n{}\nThe end.\n"


def findings(after: dict[str, str]) -> list[tuple[str, Kind]]:
    old, new = ({p: t.encode() for p, t in files.items()} for files in (BEFORE, {**BEFORE, **PRICES, **after}))
    proof = prove(MemoryTree(old), MemoryTree(new))
    return [(f.code, f.kind) for check in proof.checks for f in check.failures if f.place.path.startswith("docs/")]


def test_what_leaves_the_page_is_lost() -> None:
    assert findings({"shop/orders.py": f"from shop.prices import Price\n\n\n{STAYS}"}) == [
        ("left-the-manual", Kind.BROKEN)
    ]


def test_what_the_old_module_lists_stays_on_the_page() -> None:
    listed = 'from shop.prices import Price\n\n__all__ = ["Price", "order"]\n\n\n'
    assert ("left-the-manual", Kind.BROKEN) not in findings({"shop/orders.py": listed + STAYS})


@pytest.mark.parametrize(
    "added",
    [
        "\n.. automodule:: shop.prices\n   :members:\n",
        "\n.. automodule:: shop.prices\n   :members: Price\n",
        "\n.. automodule:: shop.prices\n   :members:\n\n.. currentmodule:: shop.orders\n",
    ],
)
def test_the_new_module_may_be_shown_below_the_old_one(added: str) -> None:
    after = {"shop/orders.py": f"from shop.prices import Price\n\n\n{STAYS}", "docs/index.rst": MANUAL.format(added)}
    assert findings(after) == []


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ("\n.. automodule:: shop.prices\n", "left-the-manual"),
        ("\n.. automodule:: shop.prices\n   :members: order\n", "left-the-manual"),
        ("\n.. automodule:: shop.other\n   :members:\n", "left-the-manual"),
        ("\n.. automodule:: shop.prices\n   :members:\n   :undoc-members:\n", "text"),
        ("\nMore.\n\n.. automodule:: shop.prices\n   :members:\n", "text"),
    ],
)
def test_anything_else_is_not_the_move(added: str, code: str) -> None:
    after = {"shop/orders.py": f"from shop.prices import Price\n\n\n{STAYS}", "docs/index.rst": MANUAL.format(added)}
    assert code in [found for found, _ in findings(after)]
