"""A fallback that runs now, for the module that is read is only partially initialized, is a change that nobody sees."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

# Before, orders has bound Price when it imports plugins; after, prices comes first and imports orders at its top.
ORDERS = "class Price: ...\n\n\nclass Base: ...\n\n\nfrom shop import plugins  # noqa: E402\n"
LAZY = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .prices import Price as Price
else:

    def __getattr__(name):
        \"\"\"Names that moved to other modules are found when asked for.\"\"\"
        if name == "Price":
            import importlib

            return getattr(importlib.import_module(".prices", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""
BEFORE = {"shop/__init__.py": "", "shop/orders.py": ORDERS}
AFTER = {
    "shop/__init__.py": "",
    "shop/orders.py": ORDERS.removeprefix("class Price: ...\n\n\n") + LAZY,
    "shop/prices.py": "class Price: ...\n",
}
FROM = "from shop.orders import {name}"
READ = "from shop import orders\n\n"
FORMS = {
    "import": "try:\n    from shop.orders import {name}\nexcept ImportError:\n    {name} = None\n",
    "relative": "try:\n    from .orders import {name}\nexcept ImportError:\n    {name} = None\n",
    "any exception": "try:\n    from shop.orders import {name}\nexcept Exception:\n    {name} = None\n",
    "bare": "try:\n    from shop.orders import {name}\nexcept:\n    {name} = None\n",
    "two errors": "try:\n    from shop.orders import {name}\nexcept (KeyError, ImportError):\n    {name} = None\n",
    "suppress": "import contextlib\n\nwith contextlib.suppress(ImportError):\n    from shop.orders import {name}\n",
    "suppress by name": "from contextlib import suppress\n\n"
    "with suppress(Exception):\n    from shop.orders import {name}\n",
    "attribute": READ + "try:\n    made = orders.{name}\nexcept AttributeError:\n    made = None\n",
    "suppressed attribute": "from contextlib import suppress\n"
    + READ
    + "with suppress(AttributeError):\n    made = orders.{name}\n",
    "default": READ + "made = getattr(orders, '{name}', None)\n",
    "asked": READ + "made = orders.{name} if hasattr(orders, '{name}') else None\n",
    "asked in if": READ + "if hasattr(orders, '{name}'):\n    made = orders.{name}\n",
    "in a function": "def load():\n    try:\n        from shop.orders import {name}\n    except ImportError:\n"
    "        return None\n    return {name}\n\n\nmade = load()\n",
    "attribute in a function": READ
    + "def load():\n    try:\n        return orders.{name}\n    except AttributeError:\n"
    "        return None\n\n\nmade = load()\n",
    "default in a function": READ + "def load():\n    return getattr(orders, '{name}', None)\n\n\nmade = load()\n",
    "suppress in a function": "import contextlib\n\n\ndef load():\n    with contextlib.suppress(ImportError):\n"
    "        from shop.orders import {name}\n\n        return {name}\n\n\nmade = load()\n",
    "under a condition": READ + "made = getattr(orders, '{name}', None) if True else None\n",
    "second of two": READ + "made = False or getattr(orders, '{name}', None)\n",
    "in a branch of a function": READ
    + "def load(x=1):\n    if x:\n        return getattr(orders, '{name}', None)\n\n\n"
    "made = load()\n",
    "except star": "try:\n    from shop.orders import {name}\nexcept* ImportError:\n    {name} = None\n",
    "in a class": "class Made:\n    try:\n        from shop.orders import {name}\n"
    "    except ImportError:\n        {name} = None\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_fallback_runs_anew(form: str) -> None:
    lost = {"shop/plugins.py": FORMS[form].format(name="Price")}
    assert failures(proven(BEFORE | lost, AFTER | lost)), form
    stays = {"shop/plugins.py": FORMS[form].format(name="Base")}
    assert failures(proven(BEFORE | stays, AFTER | stays)) == [], form


@pytest.mark.parametrize(
    "form",
    [
        "def load():\n    from shop.orders import {name}\n\n    return {name}\n\n\nmade = load()\n",
        "def load():\n    from shop.orders import (\n        {name},\n    )\n\n    return {name}\n\n\nmade = load()\n",
        "def load(made):\n    from shop.orders import {name}\n\n    return {name}\n\n\n@load\nclass Made: ...\n",
        "class Made:\n    from shop.orders import {name}\n",
    ],
)
def test_what_a_module_imports_by_a_call_of_its_own(form: str) -> None:
    lost = {"shop/plugins.py": form.format(name="Price")}
    assert failures(proven(BEFORE | lost, AFTER | lost))
    stays = {"shop/plugins.py": form.format(name="Base")}
    assert failures(proven(BEFORE | stays, AFTER | stays)) == []


def test_a_fallback_that_ran_before_runs() -> None:
    plugins = {"shop/plugins.py": "try:\n    from shop.orders import Later\nexcept ImportError:\n    Later = None\n"}
    later = {one["shop/orders.py"]: one["shop/orders.py"] + "\n\nclass Later: ...\n" for one in (BEFORE, AFTER)}
    before = BEFORE | plugins | {"shop/orders.py": later[BEFORE["shop/orders.py"]]}
    after = AFTER | plugins | {"shop/orders.py": later[AFTER["shop/orders.py"]]}
    assert failures(proven(before, after)) == []


WITHOUT = "import shop.plugins\n\n\ndef make(): ...\n"
METHOD = "\n\nclass Price:\n    def total(self):\n        return {}helper()\n"


@pytest.mark.parametrize(
    "taken", ["import shop.orders\n", "try:\n    import shop.orders\nexcept ImportError:\n    pass\n"]
)
def test_who_begins_with_an_untouched_module_comes_back_to_it(taken: str) -> None:
    plugins = {"shop/plugins.py": f"{taken}\n\ndef helper():\n    return shop.orders.make()\n"}
    before = {"shop/__init__.py": "", "shop/orders.py": WITHOUT + METHOD.format("shop.plugins.")} | plugins
    orders = {"shop/orders.py": WITHOUT.replace("\n\n\n", "\nimport shop.prices\n\n\n") + LAZY}
    by_name = {"shop/prices.py": "from shop.plugins import helper\n" + METHOD.format("")}
    assert failures(proven(before, before | orders | by_name))
    by_module = {"shop/prices.py": "import shop.plugins\n" + METHOD.format("shop.plugins.")}
    assert failures(proven(before, before | orders | by_module)) == []


GUARD = "try:\n    from shop.fast import parts\nexcept ImportError:\n    parts = None\n\n\n"
HOST = "def host(text):\n    return parts.host(text) if parts else text\n"


def test_a_guard_that_failed_before_fails_beside_moved_code() -> None:
    """`shop.fast` has Cython that is not compiled here; nothing but the new module is imported with what it needs."""
    stay = {
        "shop/__init__.py": "from shop.web import get\n",
        "shop/fast/__init__.py": "",
        "shop/fast/parts.pyx": "def host(text): ...\n",
    }
    path = "def path(text): ...\n"
    web = "def get(text):\n    return {module}.host(text)\n"
    before = {
        "shop/uri.py": f"{GUARD}{HOST}\n\n{path}",
        "shop/web.py": f"from shop import uri\n\n\n{web.format(module='uri')}",
    }
    after = {
        "shop/uri.py": path,
        "shop/hosts.py": f"{GUARD}{HOST}",
        "shop/web.py": f"from shop import hosts\n\n\n{web.format(module='hosts')}",
    }
    assert not [found for found in failures(proven(stay | before, stay | after)) if "fallback" in found]
