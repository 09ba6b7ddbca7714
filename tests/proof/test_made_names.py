"""Names that only functions bind, and replacements that a table or a namespace tells of: what a hand leaves behind."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Move
from tests.moves.archive import MemoryTree

LOAD = "def load():\n    global CACHE\n    CACHE = [1]\n\n\n"
SEND = 'def send(x):\n    return x\n\n\ndef order():\n    return send("x")\n\n\n'
OTHER = "def other():\n    return 3\n"
EAGER = "from shop.pricing import {0} as {0}\n\n\n"


def findings(names: tuple[str, ...], code: str, source: str, more: dict[str, str]) -> list[str]:
    before = {"shop/__init__.py": "", "shop/orders.py": code + OTHER, **more}
    after = {**before, "shop/orders.py": source, "shop/pricing.py": code}
    old, new = (MemoryTree({path: text.encode() for path, text in files.items()}) for files in (before, after))
    proof = prove(old, new, [Move("shop/orders.py", names, "shop/pricing.py")])
    return [finding.message for check in proof.checks for finding in check.failures]


def test_a_name_that_a_function_binds_is_lost_without_the_lazy_path() -> None:
    assert any("has no more" in said for said in findings(("load",), LOAD, EAGER.format("load") + OTHER, {}))


def test_a_private_name_is_nobodys() -> None:
    code = LOAD.replace("CACHE", "_CACHE")
    assert not any("has no more" in said for said in findings(("load",), code, EAGER.format("load") + OTHER, {}))


@pytest.mark.parametrize(
    "patching",
    [
        'with patch(**{"target": "shop.orders.send", "new": str}):',
        'FAKE = {"target": "shop.orders.send", "new": str}\nwith patch(**FAKE):',
        'with patch.dict("shop.orders.__dict__", {"send": str}):',
        'with patch.dict("shop.orders.__dict__", send=str):',
        'with patch.dict("shop.orders.__dict__", FAKES):',
    ],
)
def test_a_patch_that_reaches_nobody(patching: str) -> None:
    test = f"from unittest.mock import patch\n\nfrom shop.pricing import order\n\n{patching}\n    order()\n"
    source = EAGER.format("order, send").replace(" as order, send", "") + OTHER
    before = test.replace("shop.pricing", "shop.orders")
    assert any("send" in said for said in findings(("send", "order"), SEND, source, {"test_it.py": before}))


@pytest.mark.parametrize(
    "reading",
    [
        'import pyclbr\nprint(pyclbr.readmodule_ex("shop.orders"))',
        'import inspect\nfrom shop import orders\nprint("def order" in inspect.getsource(orders))',
        'import shop.orders\nprint(b"def order" in shop.orders.__loader__.get_data("x"))',
        'import importlib.util\nprint("def order" in open(importlib.util.find_spec("shop.orders").origin).read())',
    ],
)
def test_a_reader_of_the_file(reading: str) -> None:
    source = EAGER.format("order, send").replace(" as order, send", "") + OTHER
    found = findings(("send", "order"), SEND, source, {"show.py": reading + "\n"})
    assert any("read as text" in said for said in found)


def test_a_reader_of_the_file_that_asks_for_nothing_moved() -> None:
    source = EAGER.format("order, send").replace(" as order, send", "") + OTHER
    reading = 'import inspect\nfrom shop import orders\nprint("def other" in inspect.getsource(orders))\n'
    assert not any("read as text" in said for said in findings(("send", "order"), SEND, source, {"show.py": reading}))
