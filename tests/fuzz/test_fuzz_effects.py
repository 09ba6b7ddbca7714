"""A small part of scripts/fuzz_effects: whatever is moved, each start runs the side effects that it ran."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from codemods.planning.effects.statements import Effects
from codemods.planning.index.project_index import ProjectIndex
from codemods.proof.importing.side_effects import Effects as Proven
from codemods.proof.snapshot.resolution import Snapshot
from scripts import effect_trees, fuzz_effects
from tests.moves.archive import MemoryTree

SCRIPT = Path(fuzz_effects.__file__)


def test_fifty_trees(tmp_path: Path) -> None:
    tries = {seed: fuzz_effects.attempt(seed, tmp_path / str(seed)) for seed in range(50)}
    assert {seed: wrong for seed, (_, wrong) in tries.items() if wrong} == {}
    outcomes = Counter(outcome for outcome, _ in tries.values())
    assert outcomes["moved, importers kept"] > 5, "too few of them have anything to lose"
    assert outcomes["moved"] + outcomes["moved, importers kept"] >= 15, outcomes


def test_a_number_is_always_the_same_tree() -> None:
    assert [effect_trees.make(seed) for seed in range(10)] == [effect_trees.make(seed) for seed in range(10)]


# A class that a call makes is seen by the prover alone.
@pytest.mark.parametrize("text", [part for part in effect_trees.parts()["loud"] if not part.startswith("type(")])
def test_every_part_that_is_called_loud_is_seen_twice(text: str) -> None:
    words = {"n": "7", "f": "plain", "c": "Plain", "v": "LIMIT", "m": "other", "M": "shop.other", "P": "shop"}
    above = "def plain():\n    return 1\n\n\nclass Plain:\n    pass\n\n\nLIMIT = 1\n"
    head = f"{effect_trees.HEAD}\n\nimport outlib\n\nfrom shop import hub, other\n\n\n"
    files = {
        "shop/__init__.py": "",
        "shop/hub.py": effect_trees.HERE.joinpath("programs/hub.py").read_text(),
        "shop/other.py": "X = 1\n",
        "shop/mod.py": f"{head}{above}\n\n{effect_trees.filled(text, words)}\n",
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    assert Effects(ProjectIndex(tree)).of_module("shop/mod.py")
    assert Proven(Snapshot(tree)).of_module("shop/mod.py")


def test_what_differs_is_seen() -> None:
    before = '["shop.a", false]\t{"LOG": [1], "SEEN": {"SEEN1": "1", "SEEN2": "2"}}'
    after = '["shop.a", false]\t{"LOG": [2], "SEEN": {"SEEN1": "3"}}'
    assert len([*fuzz_effects.differences(before, after)]) == 2
    assert len([*fuzz_effects.differences(before, '["shop.a", false]\t')]) == 1
    assert not [*fuzz_effects.differences(before, before)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), 0, "--keep 4711 FOLDER"),
        (("many",), 2, "invalid int value: 'many'"),
        (("--keep", "x", "folder"), 2, "--keep: 'x' is not a number"),
    ],
)
def test_the_command_line(words: tuple[str, ...], code: int, said: str) -> None:
    command = [sys.executable, str(SCRIPT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout + done.stderr, "Traceback" in done.stderr) == (code, True, False)
