"""A move that is refused for an import cycle names the ways that work: each is made here as it is printed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.face import solve
from codemods.model import Cycle, Hazard, Move, Place, Plan, Refused
from codemods.project import OverlayTree, Tree
from codemods.remedies import ways

from .archive import load

CASE = load(Path(__file__).parent / "cases" / "refused_a_class_between_two_others.txt")
(MOVE,) = CASE.moves


def remedies() -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        solve(MOVE, CASE.tree)
    return refused.value.hazards[0].remedies


def test_three_ways_are_named() -> None:
    assert [way.partition(":")[0] for way in remedies()] == [
        "take along what moved code needs",
        "move what needs moved code as well",
        "move what both need to a third module first",
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_what_to_take_along_is_enough(which: int) -> None:
    names = tuple(re.findall(r"--with (\w+)", remedies()[which]))
    assert names
    solution = solve(replace(MOVE, along=names), CASE.tree)
    assert {name for group in solution.plan.groups for name in group.names} >= {*names, "Nested"}


def test_a_third_module_first() -> None:
    words = re.search(r"codemods extract (\S+) (\S+) ([^;]+);", remedies()[2])
    assert words is not None
    first = solve(Move(words[1], tuple(words[3].split()), words[2]), CASE.tree)
    assert solve(MOVE, OverlayTree(CASE.tree, first.changes.after)).proof.held


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "refused_a_script_that_uses_what_moves",
            "shown.py would need app.py, which runs as a script and would be executed a second time: Group needs Text "
            "while the module is imported, and app.py would need shown.py, since show needs Group when called",
        ),
        (
            "refused_a_base_of_a_script_raises_its_exception",
            "shop/commands.py would need shop/main.py, which runs as a script and would be executed a second time: "
            "Command needs OptionError when called, and shop/main.py would need shop/commands.py, since Build needs "
            "Command while the module is imported",
        ),
    ],
)
def test_a_script_is_called_what_it_is(name: str, reason: str) -> None:
    """Where one of the two needs the other only when called, what stands against the move is a second execution."""
    case = load(Path(__file__).parent / "cases" / f"{name}.txt")
    with pytest.raises(Refused) as refused:
        solve(case.moves, case.tree)
    assert refused.value.hazards[0].reason == reason


def test_a_way_that_needs_a_difference_accepted_says_so() -> None:
    """A hazard that can be accepted stands behind the cycle, and would stand against each way."""
    shown = OverlayTree(CASE.tree, {"shop/show.py": b"from shop.fields import Nested\n\nprint(Nested.__module__)\n"})
    with pytest.raises(Refused) as refused:
        solve(MOVE, shown)
    along, users, third = refused.value.hazards[0].remedies
    assert along == "take along what moved code needs: --with Field (or --with-needed) --accept module-recorded"
    assert users == "move what needs moved code as well: --with Pluck --accept module-recorded"
    assert third.endswith(" shop/fields_base.py Field; then this move, with --accept module-recorded")
    accepting = replace(MOVE, accept=("module-recorded",))
    assert solve(replace(accepting, along=("Field",)), shown).proof.held
    assert solve(replace(accepting, along=("Pluck",)), shown).proof.held
    first = solve(Move("shop/fields.py", ("Field",), "shop/fields_base.py"), shown)
    assert solve(accepting, OverlayTree(shown, first.changes.after)).proof.held


def test_where_no_move_breaks_the_cycle_it_says_what_an_edit_has_to() -> None:
    cycle = Cycle(MOVE, ("Base",), ("Team", "Crew"))

    def refused(move: Move, tree: Tree) -> tuple[Plan, Tree]:
        raise Refused(Hazard("import-order", Place("shop/x.py"), "", ()))

    assert ways(cycle, CASE.tree, refused) == (
        "edit the source first, so that `Team`, `Crew` needs nothing that moves, or what moves does not need `Base`",
    )
