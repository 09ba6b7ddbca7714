"""A second command leaves the old paths that the first one kept, though only what it moves reads them by then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run

ORDERS = """class Price:
    def __init__(self, cents=1):
        self.cents = cents


def _cents(price):
    return price.cents


def total(prices):
    return sum(_cents(price) for price in prices) or Price(0).cents


def cheap(price):
    return total([price]) < 10


def main():
    return total([Price()])
"""
PATHS = "import shop.orders as o; print(o.Price, o.total([]), o.cheap(o.Price()), o.main())"


@pytest.fixture
def orders(root: Path) -> Path:
    (root / "shop/orders.py").write_text(ORDERS)
    return root / "shop/orders.py"


def answers(root: Path, code: str = PATHS) -> str:
    return subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def test_the_old_path_of_the_first_move_stays(root: Path, orders: Path, run: Run) -> None:
    assert run("extract", "shop/orders.py", "shop/prices.py", "Price").code == 0
    assert "import Price" in orders.read_text()
    first = answers(root)
    assert run("extract", "shop/orders.py", "shop/totals.py", "total", "main").code == 0
    assert answers(root) == first
    assert run("extract", "shop/orders.py", "shop/cheap.py", "cheap").code == 0
    assert answers(root) == first


def test_what_was_not_asked_to_stay_goes(root: Path, orders: Path, run: Run) -> None:
    assert run("extract", "shop/orders.py", "shop/prices.py", "Price", "--reexport", "none").code == 0
    assert run("extract", "shop/orders.py", "shop/totals.py", "total", "main").code == 0
    assert run("extract", "shop/orders.py", "shop/cheap.py", "cheap").code == 0
    assert "Price" not in orders.read_text()


def test_nor_does_what_was_taken_back_count(root: Path, orders: Path, run: Run) -> None:
    orders.write_text("import json\n\n\ndef read(text):\n    return json.loads(text)\n\n\ndef other(): ...\n")
    assert run("extract", "shop/orders.py", "shop/reading.py", "read").code == 0
    assert "json" not in orders.read_text()
    assert run("undo").code == 0
    assert "import json" in orders.read_text()


def test_it_stays_in_a_module_that_became_a_package(root: Path, orders: Path, run: Run) -> None:
    assert run("extract", "shop/orders.py", "shop/prices.py", "Price").code == 0
    first = answers(root)
    assert run("package", "shop/orders.py").code == 0
    assert answers(root) == first
    assert run("extract", "shop/orders/__init__.py", "shop/totals.py", "total", "main", "cheap").code == 0
    assert answers(root) == first


def test_it_stays_in_a_module_that_was_renamed(root: Path, orders: Path, run: Run) -> None:
    assert run("extract", "shop/orders.py", "shop/prices.py", "Price").code == 0
    first = answers(root)
    assert run("rename", "shop/orders.py", "shop/bills.py").code == 0
    renamed = PATHS.replace("orders", "bills")
    assert answers(root, renamed) == first
    assert run("extract", "shop/bills.py", "shop/totals.py", "total", "main", "cheap").code == 0
    assert answers(root, renamed) == first
