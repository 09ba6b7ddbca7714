"""The prover reads texts and stubs itself: damage to what a good move makes of them is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.face import prove, solve
from codemods.project import OverlayTree

from .archive import Case, load

CASES = Path(__file__).parent / "cases"

# (case, file, what stands there after the move, what is put in its place, the check that finds it)
DAMAGE = [
    ("entry_points_and_settings_follow", "pyproject.toml", "shop.runner:main", "shop.runner:man", "texts"),
    ("entry_points_and_settings_follow", "pyproject.toml", 'version = "1"', 'version = "2"', "texts"),
    ("entry_points_and_settings_follow", "setup.cfg", "shop.worker:status", "shop.runner:status", "texts"),
    (
        "entry_points_and_settings_follow",
        "shop/settings.py",
        "shop.worker.status",
        "shop.runner.status",
        "conservation",
    ),
    ("entry_points_and_settings_follow", "shop/start.py", '"shop.worker.Mailer"', '"shop.worker.Mail"', "conservation"),
    ("examples_import_from_the_new_module", "docs/prices.rst", "prices import Price", "prices import price", "texts"),
    ("examples_import_from_the_new_module", "docs/prices.rst", "orders import total", "prices import total", "texts"),
    ("examples_import_from_the_new_module", "docs/prices.rst", "own code", "code", "texts"),
    ("examples_import_from_the_new_module", "shop/prices.py", "import Price", "import total", "conservation"),
    ("examples_keep_what_they_read", "shop/durations.py", "import json", "import math", "examples"),
    ("examples_keep_what_they_read", "shop/durations.py", "import plural, UNIT", "import plural", "examples"),
    ("examples_keep_what_they_read", "shop/durations.py", "'3'", "'4'", "conservation"),
    ("stubs_move_as_their_modules_do", "shop/status.pyi", "state: str\n", "state: int\n", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/status.pyi", "@overload\n", "", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/status.pyi", "from .worker import Worker\n", "", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/status.pyi", "import Callable", "import Sized as Callable", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/worker.pyi", "from .status import Status as Status\n", "", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/pages.pyi", "from shop.status", "from shop.page", "stubs"),
    ("stubs_move_as_their_modules_do", "shop/worker.pyi", "Iterator[Status]", "Iterator[str]", "stubs"),
    ("a_standing_stub_is_joined", "shop/status.pyi", "IDLE: str\n", "", "stubs"),
]


@pytest.mark.parametrize(("name", "path", "old", "new", "check"), DAMAGE)
def test_damage_is_found(name: str, path: str, old: str, new: str, check: str) -> None:
    case, after = _moved(name)
    assert old in after[path]
    after[path] = after[path].replace(old, new, 1)
    proof = prove(case.tree, OverlayTree(case.tree, {p: text.encode() for p, text in after.items()}), case.moves)
    assert check in [found.name for found in proof.checks if not found.held]


def test_a_stub_left_behind_is_found() -> None:
    case, after = _moved("stubs_move_as_their_modules_do")
    del after["shop/status.pyi"], after["shop/worker.pyi"]
    proof = prove(case.tree, OverlayTree(case.tree, {p: text.encode() for p, text in after.items()}), case.moves)
    assert "stubs" in [found.name for found in proof.checks if not found.held]


def _moved(name: str) -> tuple[Case, dict[str, str]]:
    case = load(CASES / f"{name}.txt")
    changes = solve(case.moves, case.tree).changes
    return case, {path: (changes.after[path] or b"").decode() for path in changes.paths}
