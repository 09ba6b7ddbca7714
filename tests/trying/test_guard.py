"""A command of the user's in scratch copies: the old tree twice, the new one once, one result."""

from __future__ import annotations

import os
import sys
import threading
import venv
from pathlib import Path

import pytest

from codemods.model import Check, Move
from codemods.project import DiskTree, OverlayTree
from codemods.trying import Guard
from tests.trying.conftest import Change, Pair

PYTHON = sys.executable
PYTEST = "python -m pytest -q -p no:cacheprovider"
MOVE = Move("shop.py", ("f",), "till.py")


def guarded(pair: Pair, command: str, *moves: Move, at_once: bool = True) -> Check:
    return Guard(command, at_once)(*pair, moves or (MOVE,))


def failures(check: Check) -> list[str]:
    return [f"{finding.place}: {finding.message}" for finding in check.failures]


def declared(check: Check) -> list[str]:
    return [f"{finding.place}: {finding.message}" for finding in check.declared]


@pytest.fixture(autouse=True)
def _scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Copies go to a folder of the test's own, and nothing of them is left."""
    import tempfile

    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    yield
    assert list(folder.iterdir()) == []


# -- any command


def test_a_command_is_compared_by_exit_code_and_output(change: Change) -> None:
    check = guarded(change({"a.py": "print(1)"}, {"a.py": "print(0 + 1)"}), "python a.py")
    assert check.held
    assert check.says == "`python a.py` ends as before in a scratch copy, compared by exit code and output"


def test_what_differs_between_any_two_runs_is_no_difference(change: Change) -> None:
    text = "import os, time\nprint(object(), os.getcwd(), __file__)\nprint(f'Ran in {time.perf_counter():.6f}s')\n"
    assert guarded(change({"a.py": text}, {"a.py": f"{text}# new\n"}), "python a.py").declared == ()


@pytest.mark.parametrize("at_once", [True, False])
def test_another_exit_code(change: Change, at_once: bool) -> None:
    pair = change({"a.py": ""}, {"a.py": "raise SystemExit('gone wrong')"})
    said = failures(guarded(pair, "python a.py", at_once=at_once))
    assert said == ["python a.py: it ended with exit code 0, and now ends with 1, and said: gone wrong"]


def test_another_output(change: Change) -> None:
    said = failures(guarded(change({"a.py": "print(1)"}, {"a.py": "print(2)\nprint(3)"}), "python a.py"))
    assert len(said) == 1
    assert said[0].startswith(
        "python a.py: line 1 of its output was '1', and now is '2', and 1 lines more differ; where the output"
    )


def test_an_output_that_is_never_the_same_is_not_compared(change: Change) -> None:
    check = guarded(change({"a.py": "import os; print(os.getpid())"}, {"a.py": "print('x')"}), "python a.py")
    assert check.held
    assert declared(check) == ["python a.py: its output differs from run to run, and was not compared"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("pytset", "it fails before the move already, with exit code 127, and said:"),
        ("exit 3", "it fails before the move already, with exit code 3"),
        ("test -e ../first/once; a=$?; touch ../first/once; exit $a", "it ends with exit code 1, and then with 0"),
        (f"{PYTEST} none.py", "no test passes twice before the move"),
        (f"{PYTEST} --no-such-option", "it fails before the move already, with exit code 4"),
        (f"{PYTEST} test_red.py", "no test passes twice before the move"),
    ],
)
def test_a_command_that_would_notice_nothing(change: Change, command: str, said: str) -> None:
    pair = change({"test_red.py": "def test_it(): assert 0\n"}, {"a.py": ""})
    assert failures(guarded(pair, command, at_once=False))[0].startswith(f"{command}: {said}")


def test_the_copy_is_the_whole_project(change: Change, tmp_path: Path) -> None:
    """With data and links, and without caches and what git keeps; what the command writes stays in the copy."""
    pair = change(
        {"data/x.csv": "1", ".git/HEAD": "", "p/__pycache__/x": "", "node_modules/m.js": "", ".env": "", "run": "ls"},
        {},
    )
    root = pair[0].root
    (root / "run").chmod(0o755)
    (root / "inside").symlink_to("data")
    (root / "absolute").symlink_to(root / "data")
    (root / "outside").symlink_to("../scratch")
    (root / "nowhere").symlink_to("gone")
    os.mkfifo(root / "fifo")
    seen = tmp_path / "seen"
    shown = "find . -mindepth 1 | sort; realpath inside absolute; readlink outside; stat -c %a run"
    command = f"({shown}) > {seen}; touch new"
    assert guarded(pair, command, at_once=False).held
    *names, inside, absolute, outside, mode = seen.read_text().splitlines()
    assert names == [
        *("./.env", "./absolute", "./data", "./data/x.csv", "./inside", "./node_modules", "./nowhere", "./outside"),
        *("./p", "./run"),
    ]
    assert inside == absolute
    assert inside.endswith("/new/data")
    assert outside == str(tmp_path / "scratch")
    assert mode == "755"
    assert not (root / "new").exists()


def test_what_it_leaves_running_ends_with_it(change: Change, tmp_path: Path) -> None:
    fifos = [tmp_path / name for name in ("first", "second", "new")]
    read: list[bytes] = []
    # A reader ends when nobody holds the other end any more.
    readers = [threading.Thread(target=lambda fifo=fifo: read.append(fifo.read_bytes())) for fifo in fifos]
    for fifo, reader in zip(fifos, readers, strict=True):
        os.mkfifo(fifo)
        reader.start()
    guarded(change({"a.py": ""}, {}), f"exec 9> {tmp_path}/$(basename $PWD); echo alive >&9; sleep 1000 & true")
    for reader in readers:
        reader.join()
    assert read == [b"alive\n"] * 3


def test_a_new_tree_that_does_not_end(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemods.trying.guard.PATIENCE", 1.0)
    pair = change({"a.py": ""}, {"a.py": "import threading\nthreading.Event().wait()\n"})
    assert "is not done after ten times that" in failures(guarded(pair, "python a.py"))[0]


# -- pytest, test by test

TESTS = """
import shop

def test_f(): assert shop.f() == 1
def test_g(): assert shop.g() == 2
"""
SHOP = "def f(): return 1\ndef g(): return 2\n"


def test_tests_that_pass_as_before(change: Change) -> None:
    check = guarded(change({"shop.py": SHOP, "test_shop.py": TESTS}, {"shop.py": f"{SHOP}# new\n"}), PYTEST)
    assert check.held
    assert check.declared == ()
    assert check.examined == 2
    assert check.says.endswith("compared test by test")


def test_a_test_that_fails_now_is_named_with_what_was_raised(change: Change) -> None:
    pair = change({"shop.py": SHOP, "test_shop.py": TESTS}, {"shop.py": "def f(): return 1\n"})
    assert failures(guarded(pair, PYTEST)) == [
        "test_shop.py: test_g: passed before, and now failed (AttributeError): "
        "AttributeError: module 'shop' has no attribute 'g'"
    ]


def test_a_red_baseline_is_a_baseline(change: Change) -> None:
    """One test fails before and after; that it fails in another way would be noticed."""
    red = {"shop.py": SHOP, "test_shop.py": f"{TESTS}\ndef test_red(): assert shop.f() == 3, shop.h()\n"}
    check = guarded(change(red, {"shop.py": f"{SHOP}def h(): 'new'\n"}), PYTEST)
    assert failures(check) == [
        "test_shop.py: test_red: failed (AttributeError) before, and now failed (AssertionError): AssertionError: None"
    ]
    check = guarded(change(red, {"shop.py": f"{SHOP}# new\n"}), PYTEST)
    assert check.held
    assert declared(check) == [
        "test_shop.py: test_red: fails before and after the move (AttributeError: module 'shop' has no attribute 'h')"
    ]


def test_an_unstable_test_is_told_and_left_out(change: Change, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    shaky = f"""
import pathlib
mark = pathlib.Path({str(mark)!r})

def test_shaky():
    assert mark.exists() or mark.touch()
"""
    pair = change({"shop.py": SHOP, "test_shop.py": TESTS, "test_shaky.py": shaky}, {"shop.py": f"{SHOP}# new\n"})
    check = guarded(pair, PYTEST, at_once=False)
    assert check.held
    assert check.examined == 2
    assert declared(check) == ["test_shaky.py: test_shaky: unstable: two runs before the move differ; left out"]


def test_every_kind_of_end(change: Change) -> None:
    kinds = """
import pytest, shop
broken = "h" if not hasattr(shop, "h") else shop.h

@pytest.fixture
def up(): assert broken == "h"
@pytest.fixture
def down(): yield; assert broken == "h"

def test_up(up): pass
def test_down(down): pass
def test_skip(): pytest.skip() if broken == "h" else None
@pytest.mark.xfail
def test_x(): assert broken != "h"
@pytest.mark.xfail
def test_xx(): assert broken == "h"
"""
    pair = change({"shop.py": SHOP, "test_kinds.py": kinds}, {"shop.py": f"{SHOP}h = 5\n"})
    said = "\n".join(failures(guarded(pair, PYTEST)))
    for one in (
        "test_up: passed before, and now failed in its set-up (AssertionError)",
        "test_down: passed before, and now failed in its tear-down (AssertionError) and passed",
        "test_skip: skipped before, and now passed",
        "test_x: failed as expected before, and now passed unexpectedly",
        "test_xx: passed unexpectedly before, and now failed as expected",
    ):
        assert one in said


def test_a_module_that_can_t_be_collected_any_more(change: Change) -> None:
    files = {
        "shop.py": SHOP,
        "test_shop.py": "from shop import f\ndef test_f(): f()\n",
        "test_ok.py": "def test(): 1\n",
    }
    said = failures(guarded(change(files, {"shop.py": ""}), PYTEST))
    assert said == [
        "test_shop.py: not there before, and now was not collected (ImportError): "
        "ImportError: cannot import name 'f' from 'shop' (./shop.py)",
        "test_ok.py: test: passed before, and now is not run",
        "test_shop.py: test_f: passed before, and now is not run",
    ]


def test_doctests_and_tests_that_move_are_the_same_tests(change: Change) -> None:
    doctested = 'def f():\n    """\n    >>> 1\n    1\n    """\n'
    files = {"shop.py": f"{doctested}def g(): 1\n", "test_a.py": "def test_a(): 1\ndef test_b(): 1\n"}
    new: dict[str, str | None] = {
        "shop.py": "from till import f as f\ndef g(): 1\n",
        "till.py": doctested,
        "test_a.py": "def test_a(): 1\n",
        "test_c.py": "def test_b(): 1\n",
    }
    moves = MOVE, Move("test_a.py", ("test_b",), "test_c.py")
    check = guarded(change(files, new), f"{PYTEST} --doctest-modules", *moves)
    assert check.held, check.failures
    assert check.examined == 3
    assert not guarded(change(files, {**new, "test_c.py": ""}), PYTEST, *moves).held


def test_pytest_behind_another_command_and_more_than_once(change: Change) -> None:
    files = {"shop.py": SHOP, "test_shop.py": TESTS, "Makefile": f"check:\n\t-@{PYTEST} -k test_f\n\t@{PYTEST}\n"}
    said = failures(guarded(change(files, {"shop.py": SHOP.replace("1", "3")}), "make -s check"))
    assert len(said) == 1
    assert said[0].startswith("test_shop.py: test_f: passed and passed before, and now failed (AssertionError)")


def test_options_of_the_user_s_own_stay_and_a_pytest_in_a_test_is_left_alone(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k 'not test_g'")
    inner = f"""
import os, subprocess
def test_options(): assert os.environ["PYTEST_ADDOPTS"] == "-k 'not test_g'"
def test_names(): assert not [name for name in os.environ if name.startswith("CODEMODS_")]
def test_inner():
    subprocess.run([{PYTHON!r}, "-m", "pytest", "test_shop.py"], check=True, env={{**os.environ, "PYTHONPATH": "."}})
"""
    pair = change({"shop.py": SHOP, "test_shop.py": TESTS, "test_z.py": inner}, {"shop.py": f"{SHOP}# new\n"})
    check = guarded(pair, PYTEST)
    assert check.held, check.failures
    assert check.declared == ()
    assert check.examined == 4


def test_an_exit_code_that_no_test_explains(change: Change) -> None:
    end = "import shop\ndef pytest_sessionfinish(session): session.exitstatus = shop.code\n"
    files = {"shop.py": "code = 0\n", "conftest.py": end, "test_a.py": "def test_a(): 1\n"}
    said = failures(guarded(change(files, {"shop.py": "code = 7\n"}), PYTEST))
    assert said[0].startswith(f"{PYTEST}: every test ends as before, but the exit code was 0, and now is 7")


def test_a_crash_keeps_what_was_written_before_it(change: Change) -> None:
    files = {"shop.py": SHOP, "test_shop.py": f"{TESTS}\ndef test_last(): shop.g()\n"}
    pair = change(files, {"shop.py": f"{SHOP}import os\ndef g(): os._exit(1)\n"})
    assert failures(guarded(pair, PYTEST)) == [
        "test_shop.py: test_g: passed before, and now is not run",
        "test_shop.py: test_last: passed before, and now is not run",
    ]


# -- what the copy sees


def test_the_path_of_the_user_is_read_from_the_copy(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = change({"lib/shop.py": SHOP, "tests/test_shop.py": TESTS}, {"lib/shop.py": "def g(): return 2\n"})
    monkeypatch.setenv("PYTHONPATH", str(pair[0].root / "lib"))
    assert "test_f: passed before, and now failed" in failures(guarded(pair, PYTEST))[0]


def test_src_comes_first(change: Change) -> None:
    pair = change({"src/shop.py": SHOP, "tests/test_shop.py": TESTS}, {"src/shop.py": "def g(): return 2\n"})
    assert "test_f: passed before, and now failed" in failures(guarded(pair, PYTEST))[0]


def test_an_editable_install_does_not_lead_back_to_the_tree(change: Change) -> None:
    """The project's own environment is used, and the folder that it names is read from the copy."""
    said = "import shop, sys\nprint(shop.X)\n"
    pair = change({"parts/one/shop/__init__.py": "X = 1\n", "say.py": said}, {"parts/one/shop/__init__.py": "X = 2\n"})
    root = pair[0].root
    venv.create(root / ".venv", symlinks=True)
    site = next((root / ".venv/lib").glob("python*/site-packages"))
    (site / "editable.pth").write_text(f"{root / 'parts/one'}\n")
    pair = DiskTree(root), OverlayTree(tree := DiskTree(root), pair[1].changes)
    assert failures(guarded((tree, pair[1]), "python say.py"))[0].startswith(
        "python say.py: line 1 of its output was '1', and now is '2'"
    )
    assert failures(guarded((tree, pair[1]), ".venv/bin/python say.py"))[0].startswith(
        ".venv/bin/python say.py: line 1 of its output was '1', and now is '2'"
    )


def test_tests_of_the_tree_itself_show_nothing(change: Change) -> None:
    before, _ = change({"shop.py": SHOP, "test_shop.py": TESTS}, {})
    pair = change(
        {"conftest.py": f"import sys\nsys.path.insert(0, {str(before.root)!r})\nimport shop\n"}, {"shop.py": ""}
    )
    assert failures(guarded(pair, PYTEST)) == [
        f"{PYTEST}: it does not look at the scratch copy: "
        f"module shop came from {before.root}/shop.py, not from the scratch copy"
    ]
