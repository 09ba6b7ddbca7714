"""A function that runs while a module is imported imports others then, with what they change."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BUS = "REGISTRY = {}\n\n\ndef register(function):\n    REGISTRY[function.__name__] = function\n    return function\n"
MAKE = "def make(name):\n    return name\n"


@pytest.mark.parametrize(("call", "lost"), [("_load()\n", True), ("", False)])
def test_an_importer_loses_what_a_function_imports(call: str, lost: bool) -> None:
    rest = f"\n\ndef _load():\n    from . import plugins\n\n\n{call}"
    before = {
        "shop/__init__.py": "",
        "shop/bus.py": BUS,
        "shop/plugins.py": "from shop.bus import register\n\n\n@register\ndef send():\n    return 1\n",
        "shop/app.py": MAKE + rest,
        "shop/factory.py": "from shop.app import make\n\nTHING = make(1)\n",
    }
    after = {
        **before,
        "shop/app.py": f"from .parts import make as make\n{rest}",
        "shop/parts.py": MAKE,
        "shop/factory.py": "from shop.parts import make\n\nTHING = make(1)\n",
    }
    assert any("no longer runs" in text for text in failures(proven(before, after))) is lost
