"""docs/proof.md has a row for each check that `-v` prints."""

from __future__ import annotations

import re
from pathlib import Path

from codemods.proof import prove
from tests.moves.archive import MemoryTree

PAGE = Path(__file__).parents[2] / "docs/proof.md"


def test_each_check_has_a_row() -> None:
    tree = MemoryTree({"shop.py": b"X = 1\n"})
    table = PAGE.read_text().partition("| check | holds if |\n| --- | --- |\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(check.name for check in prove(tree, tree).checks)
