"""An import that stands below its use: a handler catches what it names, and a main guard runs in a script."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BEFORE = {"shop/__init__.py": "", "shop/orders.py": "class Price: ...\n\n\nclass Order: ...\n"}
AFTER = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.prices import Price as Price\n\n\nclass Order: ...\n",
    "shop/prices.py": "class Price: ...\n",
}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("try:\n    Price()\nexcept TypeError:\n    pass\n", ["import-fails"]),
        ("try:\n    Price()\nexcept (TypeError, NameError):\n    pass\n", ["fallback"]),
        ("try:\n    Price()\nexcept Exception:\n    pass\n", ["fallback"]),
        ('if __name__ == "__main__":\n    Price()\n', ["import-fails"]),
        ("def run():\n    Price()\n", []),
    ],
)
def test_an_import_below_its_use(code: str, found: list[str]) -> None:
    before = BEFORE | {"shop/run.py": f"from shop.orders import Price\n\n{code}"}
    above = AFTER | {"shop/run.py": f"from shop.prices import Price\n\n{code}"}
    below = AFTER | {"shop/run.py": f"{code}\nfrom shop.prices import Price\n"}
    assert proven(before, above).held
    assert [finding.code for check in proven(before, below).checks for finding in check.failures] == found


LIMIT = '''def limit(kind=None):
    """The most of a kind."""
    {}if kind:
        {}return LIMITS[kind]
    return 1
'''
MADE = 'first = limit()\nLIMITS = {"large": 100, "first": first}\n'


@pytest.mark.parametrize(("top", "below", "held"), [("{0}\n    ", "", False), ("", "{0}\n        ", True)])
def test_what_is_read_under_a_condition_is_imported_there(top: str, below: str, held: bool) -> None:
    line = "from shop.orders import LIMITS\n"
    before = {"shop/__init__.py": "", "shop/orders.py": LIMIT.format("", "") + MADE}
    after = before | {
        "shop/orders.py": f"from shop.limits import limit\n\n{MADE}",
        "shop/limits.py": LIMIT.format(top.format(line), below.format(line)),
    }
    assert proven(before, after).held is held


LAZY = """

def __getattr__(name):
    if name == "Price":
        import importlib

        return getattr(importlib.import_module("shop.prices"), name)
    raise AttributeError(name)
"""
CALLER = "from shop import orders\n\n\ndef make():\n    return {}\n\n\n{}\n"


@pytest.mark.parametrize(
    ("reads", "at_import", "held"),
    [
        ("orders.Price()", "make()", False),
        ('getattr(orders, "Price")', "make()", False),
        ('getattr(orders, "Price", None)', "make()", False),
        ("orders.Price()", "", True),
        ("orders.Order()", "make()", True),
    ],
)
def test_a_called_function_reads_a_lazy_name_off_a_module_that_is_not_complete(
    reads: str, at_import: str, held: bool
) -> None:
    plugins = {"shop/plugins.py": CALLER.format(reads, at_import), "shop/__init__.py": ""}
    last = "\nfrom shop import plugins  # noqa: E402\n"
    order = "class Order: ...\n"
    before = plugins | {"shop/orders.py": f"class Price: ...\n\n\n{order}{last}"}
    after = plugins | {"shop/orders.py": f"{order}{last}{LAZY}", "shop/prices.py": "class Price: ...\n"}
    said = [one for one in failures(proven(before, after)) if "is read before Price is bound" in one]
    assert bool(said) is not held
