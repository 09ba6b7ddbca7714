"""A small part of scripts/fuzz: whatever a tree is like, no traceback, and a refused move leaves every byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts import fuzz, fuzz_trees


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_ten_tries(first: int) -> None:
    wrong = {seed: told for seed in range(first, first + 10) if (told := fuzz.attempt(seed)[1])}
    assert wrong == {}


def test_a_number_is_always_the_same_try() -> None:
    assert [fuzz_trees.make(seed) for seed in range(10)] == [fuzz_trees.make(seed) for seed in range(10)]


def test_the_tries_are_of_every_kind() -> None:
    """Some are Python and some are not, also beside the source: else there would be little to go wrong."""
    tries = [fuzz_trees.make(seed) for seed in range(60)]
    sources = [fuzz.reads(one.files[fuzz_trees.SOURCE]) for one in tries]
    others = [fuzz.reads(data) for one in tries for path, data in one.files.items() if path != fuzz_trees.SOURCE]
    for found in (sources, others):
        assert 5 < sum(found) < len(found) - 5


@pytest.mark.parametrize(
    ("code", "said", "writes", "wrong"),
    [
        (3, "internal error (KeyError: 1): nothing was changed", b"", "exit code 3"),
        (2, "Traceback (most recent call last)", b"", "Traceback"),
        (2, "refused: pkg/source.py: [x] no", b"x = 1\n", "refused, and the tree is not what it was"),
        (0, "moved", b"x = (\n", "is not Python any more"),
        (0, "moved", b"x = 1\n", "not taken back"),
    ],
)
def test_what_is_wrong_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str, writes: bytes, wrong: str
) -> None:
    def command(*words: str) -> tuple[int, str]:
        if writes and words[0] == "extract":
            (tmp_path / fuzz_trees.SOURCE).write_bytes(writes)
        return code, said

    monkeypatch.setattr(fuzz, "command", command)
    one = fuzz_trees.Try(0, {fuzz_trees.SOURCE: b"def f(): ...\n"}, ("extract",))
    fuzz.lay_out(one, tmp_path)
    end, told = fuzz.judged(one, tmp_path)
    assert end == "failed"
    assert wrong in told
