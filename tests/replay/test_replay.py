"""The moves, made again on the worker as it stood before them: the same result, the same recordings."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from codemods import extract_failures, extract_jobs, extract_status, solve
from codemods.project import DiskTree, OverlayTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import replay

TESTS = replay.FROZEN / "tests" / "worker"
RECORDED = sorted(path.name for path in (TESTS / "__snapshots__").iterdir())
OTHERS = sorted({path.stem for path in TESTS.glob("test_*.py")} - set(RECORDED))
MOVES = {"status": extract_status.MOVE, "jobs": extract_jobs.MOVE, "failures": extract_failures.MOVE}


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(the tree before, the tree after all recipes)"""
    before, after = replay.lay_out(tmp_path_factory.mktemp("replay"))
    for name, expected in zip(replay.RECIPES, ("after", "", "split"), strict=True):
        assert replay.recipe(after, "--check", name=name).returncode == 1
        moved = replay.recipe(after, name=name)
        assert moved.returncode == 0, moved.stdout + moved.stderr
        if expected:
            assert list(replay.differences(after / "worker", replay.FROZEN / expected / "worker")) == []
    return before, after


def test_all_are_done_and_do_nothing_again(trees: tuple[Path, Path]) -> None:
    for name in replay.RECIPES:
        assert replay.recipe(trees[1], "--check", name=name).returncode == 0
        again = replay.recipe(trees[1], name=name)
        assert again.returncode == 0
        assert "nothing to do" in again.stdout
    assert list(replay.differences(trees[1] / "worker", replay.FROZEN / "split" / "worker")) == []


@pytest.mark.parametrize("tests", RECORDED)
def test_recordings_are_the_same_bytes(trees: tuple[Path, Path], tests: str) -> None:
    before, after = (replay.record(tree, f"tests/worker/{tests}.py") for tree in trees)
    assert before.passed, before.said
    assert after.passed, after.said
    assert before.digests
    assert before.digests == after.digests


@pytest.mark.parametrize("tests", OTHERS)
def test_what_records_nothing_passes_after_the_move(trees: tuple[Path, Path], tests: str) -> None:
    after = replay.record(trees[1], f"tests/worker/{tests}.py")
    assert after.passed, after.said


def frozen() -> OverlayTree:
    """The tree before, with the project's line length."""
    settings = (replay.REPOSITORY / "pyproject.toml").read_bytes()
    return OverlayTree(DiskTree(replay.FROZEN / "before"), {"pyproject.toml": settings})


def split() -> dict[str, bytes]:
    folder = replay.FROZEN / "split"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py")}


@pytest.mark.parametrize("order", list(itertools.permutations(MOVES)), ids="-".join)
def test_every_order_gives_the_same_bytes(order: tuple[str, ...]) -> None:
    changes: dict[str, bytes | None] = {}
    for name in order:
        changes |= solve(MOVES[name], OverlayTree(frozen(), changes)).changes.after
    after = OverlayTree(frozen(), changes)
    assert {path: after.read(path) for path in after.paths if path.endswith(".py")} == split()


def test_as_one_change() -> None:
    tree = frozen()
    after = OverlayTree(tree, solve(tuple(MOVES.values()), tree).changes.after)
    assert {path: after.read(path) for path in after.paths if path.endswith(".py")} == split()


@pytest.mark.parametrize("length", [0, 40, 160])
def test_at_other_line_lengths(length: int) -> None:
    """Also in a tree that says nothing of its style: whatever breaks lines, it is proven."""
    settings = {"pyproject.toml": f"[tool.ruff]\nline-length = {length}\n".encode()} if length else {}
    tree = OverlayTree(DiskTree(replay.FROZEN / "before"), settings)
    after = OverlayTree(tree, solve(tuple(MOVES.values()), tree).changes.after)
    assert {path for path in after.paths if path.endswith(".py")} == split().keys()
