"""A function that hands on its local names gets none from an import that a move writes into it."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

USES = {
    "return locals()": True,
    "return show(**vars())": True,
    "return [name for name in dir()]": True,
    'return locals()["count"]': False,
    'return "{count}".format(**locals())': False,
    'return "%(count)s" % locals()': False,
    "return lambda: locals()": False,
}


@pytest.mark.parametrize("use", USES)
def test_an_import_in_a_function(use: str) -> None:
    body = f"    count = total(values)\n    {use}\n"
    total = "def total(values):\n    return sum(values)\n\n\ndef show(**names):\n    return names\n"
    old = "\n\ndef __getattr__(name):\n    from .pages import page\n    return page\n"
    before = {"shop/__init__.py": "", "shop/views.py": f"{total}\n\ndef page(values):\n{body}"}
    late = "    from .views import show, total\n" if "show" in use else "    from .views import total\n"
    after = before | {"shop/views.py": total + old, "shop/pages.py": f"def page(values):\n{late}{body}"}
    assert any("local names" in line for line in failures(proven(before, after))) is USES[use]
