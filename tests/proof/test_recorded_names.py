"""A list of what modules have, recorded in a file, when a definition was moved by hand."""

from __future__ import annotations

import pytest

from codemods.face import prove
from tests.moves.archive import MemoryTree

LISTING = 'import shop.cart\n\nPATH = "api.txt"\n\n\ndef listed():\n    return sorted({0}(shop.cart))\n'
BEFORE = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n\n\nclass Basket: ...\n",
    "tests/api.txt": "shop.cart.Basket\nshop.cart.Cart\n",
    "tests/listing.py": LISTING.format("vars"),
}
AFTER = {
    "shop/cart.py": "from shop.basket import Basket as Basket\n\n\nclass Cart: ...\n",
    "shop/basket.py": "class Basket: ...\n",
}


def codes(before: dict[str, str]) -> list[str]:
    old, new = (MemoryTree({p: t.encode() for p, t in files.items()}) for files in (before, {**before, **AFTER}))
    return [f.code for check in prove(old, new).checks for f in check.failures]


def test_code_lists_what_the_file_records() -> None:
    assert codes(BEFORE) == ["recorded-names"]


@pytest.mark.parametrize(
    "change",
    [
        {"tests/api.txt": "shop.cart.Cart\n"},
        {"tests/api.txt": "shop.cart.Baskets\n"},
        {"tests/listing.py": LISTING.format("len")},
        {"tests/listing.py": LISTING.format("vars").replace("api.txt", "names.txt")},
    ],
    ids=["not recorded", "another name", "nobody lists", "another file"],
)
def test_nobody_compares_it(change: dict[str, str]) -> None:
    assert codes({**BEFORE, **change}) == []


@pytest.mark.parametrize(("settings", "found"), [("--doctest-glob=*.rst", ["recorded-names"]), ("-q", [])])
def test_an_example_prints_it(settings: str, found: list[str]) -> None:
    manual = ">>> from shop.cart import Basket\n>>> Basket\n<class 'shop.cart.Basket'>\n"
    files = {"shop/__init__.py": "", "shop/cart.py": BEFORE["shop/cart.py"], "docs/cart.rst": manual}
    assert codes({**files, "pytest.ini": f"[pytest]\naddopts = {settings}\n"}) == found


DOCUMENTED = '''class Basket:
    """A basket.

    >>> Basket
    <class '{}.Basket'>
    """
'''


@pytest.mark.parametrize(
    ("shown", "found"),
    [("shop.basket", []), ("shop.cart", ["example"]), ("shop.bucket", ["edited"])],
    ids=["rewritten", "left", "another module"],
)
def test_an_example_of_moved_code_prints_it(shown: str, found: list[str]) -> None:
    cart = "class Cart: ...\n\n\n"
    before = {"shop/__init__.py": "", "shop/cart.py": cart + DOCUMENTED.format("shop.cart")}
    after = {"shop/cart.py": AFTER["shop/cart.py"], "shop/basket.py": DOCUMENTED.format(shown)}
    old, new = (MemoryTree({p: t.encode() for p, t in files.items()}) for files in (before, {**before, **after}))
    assert sorted({f.code for check in prove(old, new).checks for f in check.failures}) == found
