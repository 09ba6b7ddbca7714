"""The replay of others' commits, on a repository that is made here: right, wrongly judged, and not to be had."""

from __future__ import annotations

from pathlib import Path

from scripts.reviewing.replaying import Commit, clone_of, commits, judge, summary
from tests.commands.conftest import root as root

from .test_command import moved as moved
from .test_command import repository as repository


def test_the_list_can_be_read() -> None:
    found = commits()
    assert len(found) >= 40
    assert {commit.expect for commit in found} == {"proven", "edits", "broken"}
    assert all(bool(commit.broken) == (commit.expect == "broken") and commit.why for commit in found)
    assert len({commit.range for commit in found}) == len(found)


def test_a_commit_is_judged(moved: Path) -> None:
    edits = Commit("me/project", "old..split", "Status moves", "edits", "Worker is edited")
    found = judge(edits, moved)
    assert (found.outcome, found.causes, found.right) == ("edits", (), True)
    broken = Commit("me/project", "old..split", "Status moves", "broken", "it is not", ("unbound-name main.py",))
    found = judge(broken, moved)
    assert (found.right, found.missed) == (False, ("unbound-name main.py",))
    assert list(summary([found]))[2] == "broken, and what broke is named: 0 of 1"
    assert judge(Commit("me/project", "none..split", "", "edits", ""), moved).outcome.startswith("exit code 4")


def test_clones_are_found(moved: Path) -> None:
    assert clone_of(f"me/{moved.name}", moved.parent) == moved
    assert clone_of("me/other", moved.parent) is None
