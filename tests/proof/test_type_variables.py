"""A type variable that two modules make is proven where nobody can tell one from the other."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Move
from tests.moves.archive import MemoryTree

MOVE = Move("shop/filters.py", ("back",), "shop/back.py")
HEAD = 'from typing import TypeVar\n\nT = TypeVar("T")\n\n\n'
MOVED = "def back(items: list[T]) -> list[T]:\n    return items[::-1]\n"
STAYS = "def first(items: list[T]) -> T:\n    return items[0]\n\n\nFILTERS = {first: %s}\n"


def held(more: str = "", other: str = "", made: str = HEAD) -> bool:
    """Is the move proven, with this at the end of the source, in another module, and made so in the new one?"""
    files = {"shop/__init__.py": "", "shop/other.py": other}
    before = files | {"shop/filters.py": HEAD + MOVED + "\n\n" + STAYS % "back" + more}
    imported = HEAD.replace("\n\nT", "\n\nfrom .back import back\n\nT")
    after = files | {"shop/filters.py": imported + STAYS % "back" + more, "shop/back.py": made + MOVED}
    trees = (MemoryTree({path: text.encode() for path, text in one.items()}) for one in (before, after))
    return prove(*trees, [MOVE]).held


def test_one_of_each_module_is_proven() -> None:
    assert held()


@pytest.mark.parametrize("more", ["Items = list[T]\n", "KINDS = {T: 1}\n", '__all__ = ["T"]\n', "same = T is None\n"])
def test_one_that_is_kept_or_offered_is_not(more: str) -> None:
    assert not held(more)


@pytest.mark.parametrize("other", ["from .filters import T\n", "from shop import filters\n\nprint(filters.T)\n"])
def test_one_that_others_take_is_not(other: str) -> None:
    assert not held(other=other)


@pytest.mark.parametrize(
    "made",
    [HEAD.replace('"T"', '"T", bound=int'), HEAD.replace('TypeVar("T")', "list"), HEAD.replace('"T")', '"U")')],
)
def test_another_one_is_not(made: str) -> None:
    assert not held(made=made)
