"""What an instance was made with is changed by its methods, where they hold it."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BUS = """\
from dataclasses import dataclass

ITEMS = {}


class Section:
    def __init__(self, items, name="a"):
        self.items, self.name = items, name
        self.own = []

    def add(self, function):
        self.items[self.name] = function
        return function

    def keep(self, function):
        self.own.append(function)
        return function

    def __call__(self, function):
        return self.add(function)


class Inner(Section):
    pass


@dataclass
class Field:
    items: dict

    def add(self, function):
        self.items["x"] = function
        return function
"""
MAKE = "def make(name):\n    return name\n"
HEAD = "from shop.bus import ITEMS, Field, Inner, Section\n\n\n"


@pytest.mark.parametrize(
    ("decorator", "lost"),
    [
        ("Section(ITEMS).add", True),
        ("Section(ITEMS)", True),
        ("Section(items=ITEMS).add", True),
        ("Inner(ITEMS).add", True),
        ("Field(ITEMS).add", True),
        ("Section(ITEMS).keep", False),
        ("Section({}).add", False),
    ],
)
def test_an_importer_loses_what_an_instance_changes(decorator: str, lost: bool) -> None:
    rest = f"\n\n@{decorator}\ndef send():\n    return 1\n"
    before = {
        "shop/__init__.py": "",
        "shop/bus.py": BUS,
        "shop/app.py": HEAD + MAKE + rest,
        "shop/factory.py": "from shop.app import make\n\nTHING = make(1)\n",
    }
    imports = "from shop.bus import ITEMS, Field, Inner, Section\n\nfrom .parts import make as make\n"
    after = {
        **before,
        "shop/app.py": imports + rest,
        "shop/parts.py": MAKE,
        "shop/factory.py": "from shop.parts import make\n\nTHING = make(1)\n",
    }
    assert any("no longer runs" in text for text in failures(proven(before, after))) is lost
