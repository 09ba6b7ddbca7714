"""What a plan says of definitions that moved code needs, and that stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.face import plan
from codemods.model import Disposition

from .archive import load

CASES = Path(__file__).parent / "cases"
SAID = {
    "a_global_that_stays_is_bound_when_called": {
        "current": "now stays and uses it; moved code reads and binds it as `state.current`"
    },
    "a_closure_reads_a_global_that_is_rebound": {
        "level": "View stays and uses it; moved code reads it as `state.level`",
        "reset": "View stays and uses it; the destination imports it",
    },
    "what_is_listed_in_order_stays_with_its_reader_gone": {
        "_nothing": "taking it along was refused, and nobody asked for it; moved functions import it when they run"
    },
}


@pytest.mark.parametrize("name", SAID)
def test_why_it_stays(name: str) -> None:
    case = load(CASES / f"{name}.txt")
    groups = plan(case.moves, case.tree).groups
    assert {g.names[0]: g.reason for g in groups if g.disposition is Disposition.STAYS} == SAID[name]
