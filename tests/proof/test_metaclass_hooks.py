"""A metaclass calls a method of the class that it makes, which imports what moved by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

META = """class Meta(type):
    def __new__(meta, name, bases, namespace):
        cls = type.__new__(meta, name, bases, namespace)
        {}
        return cls


class Made(metaclass=Meta):
    def ready(cls): ...
"""
WARNED = "def warned(name):\n    return name\n"
FIELD = "class Field(Made):\n    def ready(cls):\n        {}return warned(cls)\n"
LISTS = "from shop.fields import Field\n\n\nclass Fields(Field): ...\n"
INSIDE = "from shop.lists import warned\n\n        "


@pytest.mark.parametrize(
    ("calls", "found"), [("cls.ready(cls)", True), ("namespace.ready(cls)", False), ("cls.other(cls)", False)]
)
def test_a_deferred_import_in_a_method_that_a_metaclass_calls(calls: str, found: bool) -> None:
    head = "from shop.made import Made\n\n\n"
    before = {
        "shop/__init__.py": "",
        "shop/made.py": META.format(calls),
        "shop/fields.py": f"{head}{WARNED}\n\n{FIELD.format('')}",
        "shop/lists.py": LISTS,
    }
    after = before | {
        "shop/fields.py": head + FIELD.format(INSIDE),
        "shop/lists.py": f"{LISTS}\n\n{WARNED}",
    }
    lines = [line for line in failures(proven(before, after)) if "before it is bound" in line]
    assert bool(lines) is found
