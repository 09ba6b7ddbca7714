"""A name that the source binds twice: moved code has to see the value of its place, and of each call."""

from __future__ import annotations

from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "",
    "shop/limits.py": """\
LIMIT = 1


class Small:
    limit = LIMIT

    def now(self):
        return LIMIT


LIMIT = 2
""",
}
LAZY = """


def __getattr__(name):
    if name == "Small":
        from .small import Small
        return Small
    raise AttributeError(name)
"""
SMALL = """\
from .limits import LIMIT


class Small:
    limit = LIMIT

    def now(self):
        return LIMIT
"""


def test_a_class_that_is_made_when_the_module_is_complete_sees_the_last_value():
    after = {**BEFORE, "shop/limits.py": "LIMIT = 1\n\n\nLIMIT = 2\n" + LAZY, "shop/small.py": SMALL}
    assert any("another state" in said for said in failures(proven(BEFORE, after)))


def test_a_value_imported_where_the_class_stood_is_the_first_one_for_each_call():
    limits = "LIMIT = 1\n\n\nfrom . import small\n\nLIMIT = 2\n" + LAZY
    after = {**BEFORE, "shop/limits.py": limits, "shop/small.py": SMALL}
    assert any("when it is called" in said for said in failures(proven(BEFORE, after)))
