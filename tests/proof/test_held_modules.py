"""A module that somebody holds, and whose names are replaced there: moved code has to hear of it."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "",
    "shop/mail.py": "def send(to):\n    return to\n",
    "shop/orders.py": "from .mail import send\n\n\ndef confirm(order):\n    return send(order)\n\n\n"
    "def cancel(order):\n    return 0\n",
}
SOURCE = "from .confirming import confirm as confirm\n\n\ndef cancel(order):\n    return 0\n"
KEPT = "from .mail import send  # noqa: F401\n"
PLAIN = "from .mail import send\n\n\ndef confirm(order):\n    return send(order)\n"
THROUGH = "def confirm(order):\n    from .orders import send\n\n    return send(order)\n"

FORMS = {
    "a class attribute": {
        "base.py": "class Base:\n    def start(self):\n        mock.patch.object(self.module, 'send', 1)\n",
        "check.py": "from shop import orders\nfrom base import Base\n\n\nclass Case(Base):\n    module = orders\n",
    },
    "a namespace": {
        "check.py": "from shop import orders\nAPP = SimpleNamespace(orders=orders)\n\n\n"
        "def check():\n    mock.patch.object(APP.orders, 'send', 1)\n",
    },
    "a function that updates": {
        "swap.py": "def swap(module, **fakes):\n    module.__dict__.update(fakes)\n",
        "check.py": "from shop import orders\nfrom swap import swap\n\n\ndef check():\n    swap(orders, send=1)\n",
    },
    "its dictionary": {
        "check.py": "from shop import orders\n\n\ndef check():\n    mock.patch.dict(orders.__dict__, {'send': 1})\n",
    },
    "vars": {"check.py": "from shop import orders\n\n\ndef check(m):\n    m.setitem(vars(orders), 'send', 1)\n"},
    "any name by its path": {
        "check.py": "def fake(**values):\n    return mock.patch.multiple('shop.orders', **values)\n",
    },
    "a pair of texts": {
        "check.py": "def fake(request, m):\n    module, name = request.param\n"
        "    m.setattr(import_module(module), name, 1)\n\n\n"
        "@mark.parametrize('fake', [('shop.orders', 'send')], indirect=True)\ndef check(fake): ...\n",
    },
    "partial": {
        "check.py": "from shop import orders\n\n\ndef check(m):\n    partial(m.setattr, orders)('send', 1)\n",
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_replaced_in_it_reaches_moved_code(form: str) -> None:
    before = BEFORE | FORMS[form]
    after = before | {"shop/orders.py": KEPT + SOURCE, "shop/confirming.py": PLAIN}
    assert any(line.startswith("patch targets: ") for line in failures(proven(before, after)))
    assert failures(proven(before, after | {"shop/confirming.py": THROUGH})) == []


def test_who_sets_another_name_of_another_thing_says_nothing() -> None:
    others = {
        "check.py": "from shop import orders\n\n\ndef check(c, m):\n    m.setattr(c, 'send', 1)\n    print(orders)\n",
        "more.py": "def more(session, m):\n    m.setattr(session, 'send', 1)\n",
    }
    after = BEFORE | others | {"shop/orders.py": SOURCE, "shop/confirming.py": PLAIN}
    assert failures(proven(BEFORE | others, after)) == []


def test_a_parameter_of_the_modules_name_is_not_the_module() -> None:
    others = {
        "walk.py": "from shop import orders\n\n\ndef walk(orders):\n    each = orders\n    return each\n\n\n"
        "def use():\n    return orders.cancel(1)\n",
        "copy.py": "import walk\n\n\ndef copy(value, items):\n    walk.use()\n    each = object()\n"
        "    for key in items:\n        setattr(each, key, value)\n",
    }
    after = BEFORE | others | {"shop/orders.py": SOURCE, "shop/confirming.py": PLAIN}
    assert failures(proven(BEFORE | others, after)) == []


def test_a_name_that_is_not_written_there_is_set_in_what_a_function_is_given() -> None:
    others = {
        "kinds.py": "from shop import orders\n\nKINDS = [orders]\n\n\ndef named(wrapped):\n    return wrapped\n",
        "wrap.py": "from kinds import named\n\n\ndef wrap(function):\n    wrapped = named(lambda: function())\n"
        "    wrapped.__dict__.update(function.__dict__)\n    return wrapped\n",
    }
    after = BEFORE | others | {"shop/orders.py": SOURCE, "shop/confirming.py": PLAIN}
    assert failures(proven(BEFORE | others, after)) == []


MONKEY = "class Monkey:\n    def __init__(self, module, **kw):\n        {}\n"
SETS = "for key, value in kw.items():\n            setattr(module, key, value)"
USE = "from shop import orders\nfrom monkey import Monkey\n\n\ndef check():\n    {}\n"


@pytest.mark.parametrize(
    ("body", "use", "reached"),
    [
        (SETS, "Monkey(orders, cancel=1)", False),
        ("[setattr(module, key, kw[key]) for key in sorted(kw)]", "Monkey(orders, cancel=1)", False),
        (SETS, "Monkey(orders, send=1)", True),
        (SETS, "Monkey(orders, **fakes)", True),
        (SETS, "Monkey(orders, cancel=1)\n    hand_on(Monkey)", True),
        (SETS, "Monkey(orders, cancel=1)\n\n\nclass Other(Monkey): ...", True),
        (SETS, "Monkey(orders, cancel=1)\n    getattr(monkey, 'Monkey')", True),
        (f"kw.update(NAMES)\n        {SETS}", "Monkey(orders, cancel=1)", True),
        (f"kw[name()] = 1\n        {SETS}", "Monkey(orders, cancel=1)", True),
        (f"kw = NAMES\n        {SETS}", "Monkey(orders, cancel=1)", True),
        (SETS.replace("setattr(", "key = name(key)\n            setattr("), "Monkey(orders, cancel=1)", True),
        (SETS.replace("kw.items()", "NAMES.items()"), "Monkey(orders, cancel=1)", True),
        (SETS.replace("key, value)", "value, key)"), "Monkey(orders, cancel=1)", True),
    ],
)
def test_a_helper_that_sets_its_keywords(body: str, use: str, reached: bool) -> None:
    before = BEFORE | {"monkey.py": MONKEY.format(body), "check.py": USE.format(use)}
    after = before | {"shop/orders.py": KEPT + SOURCE, "shop/confirming.py": PLAIN}
    found = [line for line in failures(proven(before, after)) if line.startswith("patch targets: ")]
    assert bool(found) is reached, found


@pytest.mark.parametrize(
    ("holder", "finds"),
    [("    module = client\n", True), ("    module = other\n", False), ("    client = client\n", False)],
)
def test_a_name_that_is_set_in_a_held_module(holder: str, finds: bool) -> None:
    get = "_client = None\n\n\ndef get_client():\n    global _client\n    return _client\n"
    method = "    def test(self):\n        self.module._client = 3\n"
    test = f"from shop import client, other\n\n\nclass TestClient:\n{holder}\n{method}"
    stay = {"shop/__init__.py": "", "shop/other.py": "_client = None\n", "tests/test_client.py": test}
    before = stay | {"shop/client.py": get}
    after = stay | {"shop/client.py": "from .clients import get_client as get_client\n", "shop/clients.py": get}
    found = failures(proven(before, after))
    assert any("_client is set here" in line for line in found) is finds, found


def test_a_name_that_an_import_in_a_function_rebinds() -> None:
    load = "_json = None\n\n\ndef load():\n    global _json\n    import json as _json\n"
    dump = "def dump(value):\n    return _json.dumps(value)\n"
    stay = {"shop/__init__.py": ""}
    before = stay | {"shop/lazy.py": f"{load}\n\n{dump}"}
    after = stay | {"shop/lazy.py": f"from .loading import _json, load\n\n\n{dump}", "shop/loading.py": load}
    assert any("no longer reaches dump" in line for line in failures(proven(before, after)))
