"""Every archive in cases/ is a test. `UPDATE_CASES=1 pytest tests/review` writes what is said; read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codemods.face import review
from tests.moves.archive import MemoryTree

from .archive import load, said

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = load(path)
    found = said(review(MemoryTree(case.before), MemoryTree(case.after)))
    if os.environ.get("UPDATE_CASES") and "CI" not in os.environ:
        path.write_text(case.saying(found))
        return
    assert found == case.says
