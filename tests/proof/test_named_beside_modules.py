"""Whoever is handed a module and a name may replace the name there, under whatever name it goes itself."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

TREE = {"shop/__init__.py": "", "shop/mail.py": "def send(): ...\n\n\ndef log(): ...\n"}
BOTH = "from shop.mail import log, send\n"
PAY = "\n\ndef pay():\n    log()\n    return send()\n"
OTHER = "\n\ndef other():\n    log()\n    return send()\n"
BEFORE = TREE | {"shop/orders.py": BOTH + PAY + OTHER}
AFTER = TREE | {"shop/orders.py": f"{BOTH}from shop.paying import pay as pay\n{OTHER}", "shop/paying.py": BOTH + PAY}
THROUGH = "\n\ndef pay():\n    from shop.orders import log, send\n\n    log()\n    return send()\n"
HELPERS = """class Monkey:
    def __init__(self, module, **names):
        for name, value in names.items():
            setattr(module, name, value)


class Later:
    def __init__(self, module):
        self.module = module

    def put(self, **names):
        for name, value in names.items():
            setattr(self.module, name, value)


def by_text(module, **names):
    for name, value in names.items():
        setattr(importlib.import_module(module), name, value)
"""
ORDERS = "from shop import orders\n"
SETS = [
    f"from helpers import Monkey\n{ORDERS}\nmake = Monkey\n\n\ndef test():\n    make(orders, send=1)\n",
    f"from helpers import Monkey as make\n{ORDERS}\n\ndef test():\n    make(orders, send=1)\n",
    f"from functools import partial\nfrom helpers import Monkey\n{ORDERS}\nmake = partial(Monkey, send=1)\n\n\n"
    "def test():\n    make(orders)\n",
    f"from helpers import Monkey\n{ORDERS}\nKINDS = {{'a': Monkey}}\n\n\ndef test():\n    KINDS['a'](orders, send=1)\n",
    f"from helpers import Monkey\n{ORDERS}\n\nclass Test:\n    make = Monkey\n\n    def test(self):\n"
    "        self.make(orders, send=1)\n",
    f"import helpers\n{ORDERS}\n\ndef test():\n    getattr(helpers, 'Monkey')(orders, send=1)\n",
    f"from helpers import Later\n{ORDERS}\n\ndef test():\n    Later(orders).put(send=1)\n",
    "from helpers import by_text as put\n\n\ndef test():\n    put('shop.orders', send=1)\n",
    f"{ORDERS}\nput = setattr\n\n\ndef test():\n    put(orders, 'send', 1)\n",
    f"{ORDERS}\n\ndef test():\n    pair = 'send', 1\n    setattr(orders, *pair)\n",
    f"{ORDERS}\n\ndef test():\n    orders.__setattr__('send', 1)\n",
    f"{ORDERS}\n\ndef test(names):\n    orders.__dict__.update(**names)\n",
    f"{ORDERS}\n\ndef test():\n    names = vars(orders)\n    names['send'] = 1\n",
    f"{ORDERS}\n\ndef test():\n    for module in [orders]:\n        module.send = 1\n",
    f"from unittest import mock\n\n{ORDERS}\n\nput = mock.patch.object\n\n\n@put(orders, 'send', 1)\ndef test(): ...\n",
    "def test(monkeypatch):\n    put = monkeypatch.setattr\n    put('shop.orders.send', 1)\n",
]
OTHERS = [
    f"{ORDERS}\n\ndef test(monkeypatch, client):\n    monkeypatch.setattr(orders, 'rate', 1, raising=False)\n"
    "    client.post(send=1)\n    assert client.get('send') == orders.pay()\n",
    f"import importlib\n\n{ORDERS}\n\ndef test(monkeypatch):\n    importlib.reload(orders)\n    assert orders.pay()\n",
    f"{ORDERS}\n\ndef test():\n    print(orders, 'send')\n",
]


@pytest.mark.parametrize("code", SETS)
def test_it_is_handed_with_a_name(code: str) -> None:
    files = {"helpers.py": "import importlib\n\n\n" + HELPERS, "test_orders.py": code}
    assert any("may be replaced here" in said for said in failures(proven(BEFORE | files, AFTER | files)))
    through = AFTER | {"shop/paying.py": THROUGH.lstrip()}
    assert failures(proven(BEFORE | files, through | files)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_it_is_handed_without_the_name(code: str) -> None:
    files = {"helpers.py": "import importlib\n\n\n" + HELPERS, "test_orders.py": code}
    assert failures(proven(BEFORE | files, AFTER | files)) == []
