"""What decorators run at once, what they put around a function, and what instances run that they make."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

HOOKS = """FIELDS = []


def noted(cls, fields=None):
    FIELDS.append(cls)
    return fields


class Noted:
    def __call__(self, cls, fields):
        return noted(cls, fields)


def around(function):
    @wraps(function)
    def run(*args):
        noted(args)
        return function(*args)

    return run


def named(name):
    return lambda function: around(function)


@around
def wrapped(x): ...


@named("x")
def wrapped_by_name(x): ...
"""
TOP = """from dataclasses import dataclass, field
from functools import cache, lru_cache, partial

import attr
import attrs

from shop.hooks import Noted, noted, wrapped, wrapped_by_name

"""
PRICE = "class Price:\n    cents: int = 0\n"
RUN = [
    f"@attr.define(field_transformer=noted)\n{PRICE}",
    f"@attrs.frozen(field_transformer=lambda cls, fields: noted(cls, fields))\n{PRICE}",
    f"@attrs.frozen(field_transformer=Noted())\n{PRICE}",
    f"define = partial(attrs.define, field_transformer=noted)\n\n\n@define\n{PRICE}",
    "cached = lru_cache(maxsize=1)(noted)\ncached(1)\n",
    "cached = cache(noted)\ncached(1)\n",
    "wrapped(1)\n",
    "wrapped_by_name(1)\n",
    "@attr.define\nclass Price:\n    cents: int\n\n    def __attrs_post_init__(self):\n        noted(1)\n\n\n"
    "Price(1)\n",
    "@attr.define\nclass Price:\n    cents: int = attr.field(factory=noted)\n\n\nPrice()\n",
    "@attr.define\nclass Price:\n    cents: int = attr.field()\n\n    @cents.validator\n    def check(self, a, v):\n"
    "        noted(v)\n\n\nPrice(1)\n",
    "@attr.define\nclass Price:\n    cents: int = attr.field(converter=noted)\n\n\nPrice(1)\n",
    "@dataclass(frozen=True)\nclass Price:\n    cents: int = field(default_factory=noted)\n\n\nPrice()\n",
]
DO_NOT = [
    f"@attr.define(slots=True)\n{PRICE}",
    "cached = lru_cache(maxsize=1)(noted)\n",
    "@lru_cache(maxsize=None)\ndef price():\n    return noted(1)\n",
    "@dataclass(frozen=True)\nclass Price:\n    cents: int = field(default_factory=noted)\n",
]


@pytest.mark.parametrize(("code", "runs"), [*((code, True) for code in RUN), *((code, False) for code in DO_NOT)])
def test_who_no_longer_loads_it(code: str, runs: bool) -> None:
    main = "from shop.hooks import FIELDS\nfrom shop.orders import Order\n\nprint(FIELDS, Order.__name__)\n"
    tree = {"shop/__init__.py": "", "shop/hooks.py": f"from functools import wraps\n\n{HOOKS}"}
    before = tree | {"shop/orders.py": f"{TOP}\n{code}\n\nclass Order: ...\n", "main.py": main}
    after = tree | {
        "shop/orders.py": f"{TOP}from shop.placing import Order as Order\n\n\n{code}",
        "shop/placing.py": "class Order: ...\n",
        "main.py": main.replace("shop.orders", "shop.placing"),
    }
    assert any(said.startswith("load order") for said in failures(proven(before, after))) is runs
