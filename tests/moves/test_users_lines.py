"""Messages about several moves name the lines of the user's files, whatever earlier moves did to them."""

from __future__ import annotations

import pytest

from codemods.face import plan
from codemods.model import Move, Refused

from .archive import MemoryTree

WORKER = """\
import json


def connect():
    return json.dumps({})


class Status:
    def said(self):
        return connect()


class Base:
    pass


class Leaf(Base):
    pass


class Twig(Leaf):
    pass


class Root(Base):
    pass
"""
FILES = {"shop/__init__.py": "", "shop/worker.py": WORKER}


def tree() -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in FILES.items()})


def line(text: str) -> int:
    return WORKER.splitlines().index(text) + 1


def test_what_moves_later_is_named_where_it_stands() -> None:
    moves = [Move("shop/worker.py", ("connect",), "shop/a.py"), Move("shop/worker.py", ("Status",), "shop/b.py")]
    found = {group.names[0]: group.place for group in plan(moves, tree()).groups if group.reason == "asked for"}
    assert {name: (place.path, place.line) for name, place in found.items()} == {
        "connect": ("shop/worker.py", line("def connect():")),
        "Status": ("shop/worker.py", line("class Status:")),
    }


def test_a_refusal_names_them_too() -> None:
    moves = [Move("shop/worker.py", ("connect",), "shop/a.py"), Move("shop/worker.py", ("Leaf",), "shop/b.py")]
    with pytest.raises(Refused) as refused:
        plan(moves, tree())
    (hazard,) = refused.value.hazards
    assert (hazard.place.path, hazard.place.line) == ("shop/worker.py", line("class Leaf(Base):"))
    assert "since Twig needs Leaf while the module is imported" in hazard.reason
