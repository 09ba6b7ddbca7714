"""What a module binds once more, by a statement that says no names, does not reach a definition that left it."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

USE = "\n\ndef use():\n    return LIMIT\n"
LOCAL = {"shop/__init__.py": "", "shop/local.py": "LIMIT = 2\n", "shop/other.py": "OTHER = 1\n"}


def _said(below: str, name: str = "LIMIT = 1\n", more: str = "") -> list[str]:
    before = {**LOCAL, "shop/limits.py": f"import json\n\n{name}{below}{USE}{more}"}
    after = {
        **LOCAL,
        "shop/limits.py": f"import json\n\nfrom .dest import LIMIT as LIMIT\n\n{below}{USE}{more}",
        "shop/dest.py": name,
    }
    return [one for one in failures(proven(before, after)) if "once more" in one]


@pytest.mark.parametrize(
    "below",
    [
        "from .local import *\n",
        "try:\n    from .missing import *\nexcept ImportError:\n    pass\n",
        'globals().update(json.load(open("limits.json")))\n',
        'for key in ("LIMIT",):\n    globals()[key] = 3\n',
        'exec(open("limits.cfg").read(), globals())\n',
        'exec("LIMIT = 3")\n',
    ],
)
def test_a_value_that_is_replaced_below(below: str):
    assert _said(below)


@pytest.mark.parametrize(
    "below",
    [
        "from .other import *\n",
        'for key in ("low", "high"):\n    globals()[f"{key}_limit"] = 3\n',
        'exec("OTHER = 3")\n',
        'globals().update({"OTHER": 3})\n',
    ],
)
def test_what_is_bound_below_is_another_name(below: str):
    assert not _said(below)


def test_a_function_that_an_extension_replaces():
    star = "try:\n    from fast import *\nexcept ImportError:\n    pass\n"
    assert _said(star, "def LIMIT():\n    return 1\n\n\n")
    assert not _said('globals().update(json.load(open("limits.json")))\n', "def LIMIT():\n    return 1\n\n\n")
