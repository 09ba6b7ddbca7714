"""A module that answered for a name by its `__getattr__` binds it, since a definition of that name came by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

ANSWERS = "def __getattr__(name):\n    if name {}:\n        return max\n    raise AttributeError(name)\n"
PRICE = "def price(net):\n    return net\n"
# What stands in the module to which the definition goes, and whether another object was found there.
STANDING = {
    "compared": (ANSWERS.format("== 'price'"), True),
    "in a table": ("OLD = {'price': max}\n\n\ndef __getattr__(name):\n    return OLD[name]\n", True),
    "in a tuple": (ANSWERS.format("in ('cost', 'price')"), True),
    "of other names": (ANSWERS.format("== 'cost'"), False),
    "bound before": ("price = None\n\n\n" + ANSWERS.format("== 'price'"), False),
    "of a class": ("class Lazy:\n    def __getattr__(self, name):\n        return 'price'\n", False),
}


@pytest.mark.parametrize("how", STANDING)
def test_another_object_was_found_there(how: str) -> None:
    there, another = STANDING[how]
    stay = "\n\ndef other():\n    return 1\n"
    before = {"shop/__init__.py": "", "shop/prices.py": f"{PRICE}{stay}", "shop/lazy.py": there}
    after = {
        "shop/__init__.py": "",
        "shop/prices.py": f"from .lazy import price as price\n{stay}",
        "shop/lazy.py": f"{there}\n\n{PRICE}",
    }
    said = [one for one in failures(proven(before, after)) if "answered for price" in one]
    assert bool(said) == another
