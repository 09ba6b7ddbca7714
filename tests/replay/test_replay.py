"""The first move, made again on the worker as it stood before it: the same result, the same recordings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import replay


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    before, after = replay.lay_out(tmp_path_factory.mktemp("replay"))
    assert replay.recipe(after, "--check").returncode == 1
    moved = replay.recipe(after)
    assert moved.returncode == 0, moved.stdout + moved.stderr
    return before, after


def test_result_is_the_expected_one(trees: tuple[Path, Path]) -> None:
    assert list(replay.differences(trees[1] / "worker", replay.FROZEN / "after" / "worker")) == []


def test_is_done_and_does_nothing_again(trees: tuple[Path, Path]) -> None:
    assert replay.recipe(trees[1], "--check").returncode == 0
    again = replay.recipe(trees[1])
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    assert list(replay.differences(trees[1] / "worker", replay.FROZEN / "after" / "worker")) == []


def test_recordings_are_the_same_bytes(trees: tuple[Path, Path]) -> None:
    before, after = replay.record(trees[0]), replay.record(trees[1])
    assert before.passed, before.said
    assert after.passed, after.said
    assert before.digests
    assert before.digests == after.digests
