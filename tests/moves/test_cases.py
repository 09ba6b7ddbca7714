"""Every archive in cases/ and renames/ is a test. `UPDATE_CASES=1 pytest tests/moves` writes the after parts; read the
diff."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from codemods.face import solve
from codemods.model import Refused
from codemods.project import OverlayTree

from .archive import Case, load, observed

CASES = sorted(path for name in ("cases", "renames") for path in (Path(__file__).parent / name).glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = load(path)
    if case.refused:
        with pytest.raises(Refused) as refused:
            solve(case.moves, case.tree)
        assert case.refused in [hazard.code for hazard in refused.value.hazards]
        return
    solution = solve(case.moves, case.tree)
    assert set(case.says) <= {hazard.code for hazard in solution.plan.hazards}
    after = {p: (solution.changes.after[p] or b"").decode() for p in solution.changes.paths}
    for name, text in after.items():
        if name.endswith(".py"):
            ast.parse(text)
    if "check.py" in case.before:
        before = observed(case.before, tmp_path / "before")
        assert observed({**case.before, **solution.changes.after}, tmp_path / "after") == before
    if os.environ.get("UPDATE_CASES") and "CI" not in os.environ:
        path.write_text(Case(case.head, case.moves, "", case.before, after).write())
        return
    assert after == case.after
    if len(case.moves) > 1:
        backwards = solve(case.moves[::-1], case.tree)
        assert backwards.changes.after == solution.changes.after, "the order of the moves says something"
    again = solve(case.moves, OverlayTree(case.tree, solution.changes.after))
    assert again.plan.done
    assert not again.changes.paths
