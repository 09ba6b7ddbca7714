"""Code that knows by its name the module in which something ran, or was shown, that moved by hand."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

PAY = 'def pay():\n    log.warning("paid")\n    warnings.warn("slow", UserWarning)\n    return 1\n'
HEAD = 'import logging\nimport warnings\n\nlog = logging.getLogger("shop")\n'
CART = 'class Cart: ...\n\n\nBasket = type("Basket", (Cart,), {})\n'
STAYS = "def stay(): ...\n"
KINDS = {
    "a format": ("shop/logs.py", 'FORMAT = "%(module)s %(message)s"\n', "caller-frame"),
    "a format with the line": ("shop/logs.py", 'FORMAT = "%(module)s:%(lineno)d %(message)s"\n', ""),
    "another text with such fields": ("shop/logs.py", 'TEXT = "%(module)s in %(city)s"\n', ""),
    "a record": (
        "tests/test_a.py",
        "def test(caplog):\n    assert caplog.records[0].module == 'orders'\n",
        "caller-frame",
    ),
    "another record": ("tests/test_a.py", "def test(caplog):\n    assert caplog.records[0].module == 'other'\n", ""),
    "a frame": (
        "shop/prof.py",
        "def f(frame):\n    return frame.f_globals['__name__'] == 'shop.orders'\n",
        "caller-frame",
    ),
    "a frame by the file": (
        "shop/prof.py",
        "from shop import orders\n\n\ndef f(frame):\n    return frame.f_code.co_filename == orders.__file__\n",
        "caller-frame",
    ),
    "a filter": (
        "conftest.py",
        "import warnings\n\nwarnings.filterwarnings('error', module='shop.orders$')\n",
        "warning-module",
    ),
    "a filter of the package": (
        "conftest.py",
        "import warnings\n\nwarnings.filterwarnings('error', module='shop')\n",
        "",
    ),
    "a filter of another message": (
        "conftest.py",
        "import warnings\n\nwarnings.filterwarnings('error', message='fast', module='shop.orders')\n",
        "",
    ),
    "an image": ("Dockerfile", "FROM python\nENV PYTHONWARNINGS=ignore::UserWarning:shop.orders\n", "warning-module"),
    "a recorded text": ("tests/cart.txt", "<class 'shop.orders.Cart'>\n", "shown-module"),
    "a string": ("tests/test_a.py", "SHOWN = '<shop.orders.Cart object at '\n", "shown-module"),
    "a line of a traceback": ("tests/test_a.py", "SHOWN = '  File \"orders.py\", line 3, in pay'\n", "shown-module"),
    "a line of another file": ("tests/test_a.py", "SHOWN = '  File \"myorders.py\", line 3, in pay'\n", ""),
    "a class that a call makes": ("tests/test_a.py", "SHOWN = '<shop.orders.Basket object at '\n", "shown-module"),
    "a message": ("tests/test_a.py", "MESSAGE = 'shop.orders.Cart has no rows'\n", "module-recorded"),
    "a message that is searched": (
        "tests/test_a.py",
        "from shop import orders\n\n\ndef told(e):\n    name = orders.__name__\n    return name in str(e)\n",
        "module-recorded",
    ),
    "a message about another module": ("tests/test_a.py", "MESSAGE = 'shop.orders2.Cart has no rows'\n", ""),
    "of another class": ("tests/test_a.py", "SHOWN = '<shop.orders.Carts object at '\n", ""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_knows_the_module(kind: str) -> None:
    path, text, code = KINDS[kind]
    says = 'class Page:\n    def rows(self):\n        raise ValueError(f"{type(self).__module__} has none")\n'
    stay = {"shop/__init__.py": "", "shop/base.py": says, path: text}
    before = stay | {"shop/orders.py": f"{HEAD}\n\n{PAY}\n\n{CART}\n\n{STAYS}"}
    after = stay | {
        "shop/orders.py": f"from .paying import Basket as Basket, Cart as Cart, pay as pay\n\n\n{STAYS}",
        "shop/paying.py": f"{HEAD}\n\n{PAY}\n\n{CART}",
    }
    found = failures(proven(before, after))
    assert any("shop/paying.py now" in line for line in found) is bool(code), found
    accepted = Move("shop/orders.py", ("pay", "Cart"), "shop/paying.py", accept=(code,))
    assert not any("shop/paying.py now" in line for line in failures(proven(before, after, accepted)))


def test_the_end_of_a_traceback() -> None:
    shows = {"tests/test_a.py": "SHOWN = 'shop.orders.Cart.Full(int): no room'\n", "shop/__init__.py": ""}
    other = {**shows, "tests/test_a.py": "SHOWN = 'shop.orders.Carts: no room'\n"}
    moves = {"shop/orders.py": CART + STAYS}, {"shop/orders.py": f"from .carts import Basket, Cart\n{STAYS}"}
    for stay, found in ((shows, True), (other, False)):
        failed = failures(proven(stay | moves[0], stay | moves[1] | {"shop/carts.py": CART}))
        assert any("shows a class with the module" in line for line in failed) is found


@pytest.mark.parametrize(
    "shows, said, found",
    [
        ("type(self).__module__", "orders.Box lines=2", True),
        ("type(self).__module__", "orders.Box", False),
        ("type(self).__module__", "other.orders.Box lines=2", False),
        ("'box'", "orders.Box lines=2", False),
    ],
)
def test_a_part_of_a_repr_that_a_base_has(shows: str, said: str, found: bool) -> None:
    base = f"class Shown:\n    def __repr__(self):\n        return f'<{{{shows}}}.Box {{id(self)}}>'\n"
    box = "class Box(Shown): ...\n"
    head = "from shop.shown import Shown\n\n\n"
    test = f"from shop.orders import Box\n\n\ndef test():\n    same(Box(), {said!r})\n"
    before = {"shop/shown.py": base, "shop/orders.py": head + box + STAYS, "tests/test_a.py": test}
    after = {
        **before,
        "shop/orders.py": "from shop.box import Box as Box\n\n\n" + STAYS,
        "shop/box.py": head + box,
    }
    told = failures(proven(before, after, Move("shop/orders.py", ("Box",), "shop/box.py")))
    assert any("a repr may be compared" in line for line in told) is found
