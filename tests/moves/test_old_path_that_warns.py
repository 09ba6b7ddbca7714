"""What a person sees who goes the old path: the object, and a warning that names their own line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.face import prove, solve
from codemods.project import OverlayTree

from .archive import load

CASES = Path(__file__).parent / "cases"
_SCRIPT = """\
import json, sys, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    exec(compile({code!r}, "person.py", "exec"))
print(json.dumps([[w.filename, w.lineno, w.category.__name__, str(w.message)] for w in caught]))
"""


def ask(name: str, code: str, folder: Path) -> list[list[object]]:
    """The warnings that code gives in the tree that the case's move makes."""
    case = load(CASES / f"{name}.txt")
    tree = OverlayTree(case.tree, solve(case.moves, case.tree).changes.after)
    for path in tree.paths:
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_bytes(tree.read(path))
    script = _SCRIPT.format(code=code)
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("code", ["\n\nfrom shop.worker import report", "import shop.worker\n\nshop.worker.report"])
def test_the_line_that_asks_is_named(code: str, tmp_path: Path) -> None:
    expected = ["person.py", 3, "DeprecationWarning", "shop.worker.report is now shop.status.report"]
    assert ask("the_old_path_warns", code, tmp_path) == [expected]


def test_it_is_the_same_object(tmp_path: Path) -> None:
    code = "from shop import status, worker\nassert worker.STATES is status.STATES"
    assert len(ask("the_old_path_warns", code, tmp_path)) == 1


def test_what_the_module_uses_itself_is_silent(tmp_path: Path) -> None:
    assert ask("the_old_path_warns", "import shop.pages\nfrom shop.worker import Status, Worker", tmp_path) == []


def test_other_names_fail_as_before(tmp_path: Path) -> None:
    code = "import shop.worker\ntry: shop.worker.nothing\nexcept AttributeError as e: assert 'nothing' in str(e)"
    assert ask("the_old_path_warns", code, tmp_path) == []


def test_names_of_a_standing_getattr_go_on(tmp_path: Path) -> None:
    code = "from shop import worker\nassert worker.JobWorker is worker.Worker\nworker.Status"
    messages = [warning[3] for warning in ask("the_old_path_warns_beside_other_names", code, tmp_path)]
    assert messages == ["JobWorker is Worker now", "shop.worker.Status is now shop.status.Status"]


def test_two_moves_answer_both(tmp_path: Path) -> None:
    warned = ask("two_old_paths_warn", "from shop.worker import Status\nfrom shop.worker import report", tmp_path)
    assert [warning[1] for warning in warned] == [1, 2]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("the_old_path_warns", '"STATES", "report"', '"STATES",'),
        ("the_old_path_warns", 'import_module("shop.status"', 'import_module("shop.pages"'),
        ("the_old_path_warns", "stacklevel=2", "stacklevel=1"),
        ("the_old_path_warns", "DeprecationWarning, ", ""),
        ("the_old_path_warns", "    from shop.status import STATES as STATES\n", ""),
        ("the_old_path_warns", "if TYPE_CHECKING:\n", "if True:\n"),
        ("the_old_path_warns_beside_other_names", " as _warnings", ""),
        ("the_old_path_warns_beside_other_names", "    raise AttributeError(key)\n", "    raise KeyError(key)\n"),
        ("the_old_path_warns_beside_other_names", 'if key == "Status"', 'if key != "Status"'),
    ],
)
def test_damage_is_found(name: str, old: str, new: str) -> None:
    case = load(CASES / f"{name}.txt")
    after = dict(solve(case.moves, case.tree).changes.after)
    text = (after["shop/worker.py"] or b"").decode()
    assert old in text
    after["shop/worker.py"] = text.replace(old, new).encode()
    assert not prove(case.tree, OverlayTree(case.tree, after), case.moves).held
