"""Every hazard refuses its own example, and explains itself."""

from __future__ import annotations

import re

import pytest

from codemods.model import Refused
from codemods.planning import make_plan
from codemods.planning.hazards import registry

from .archive import MemoryTree, read_move


@pytest.mark.parametrize("code", sorted(registry()))
def test_example_is_refused(code: str) -> None:
    hazard = registry()[code]
    parts = re.split(r"^-- (\S+) --\n", hazard.EXAMPLE.lstrip("\n"), flags=re.MULTILINE)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    move = read_move(files.pop("move"))
    files.setdefault("shop/__init__.py", "")
    with pytest.raises(Refused) as refused:
        make_plan(move, MemoryTree({p: t.encode() for p, t in files.items()}))
    assert code in [found.code for found in refused.value.hazards]
    assert all(found.remedies for found in refused.value.hazards)


@pytest.mark.parametrize("code", sorted(registry()))
def test_says_what_it_means(code: str) -> None:
    hazard = registry()[code]
    assert hazard.TITLE and len(hazard.MEANING) > 80
