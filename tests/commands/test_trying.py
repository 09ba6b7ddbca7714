"""`--run` and `--guard` on the command line, and that nothing of a tree's code is executed without them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.model import Move
from codemods.recipe import recipe
from tests.commands.conftest import Run, fingerprint

pytestmark = pytest.mark.slow
MOVE = ("extract", "shop/worker.py", "shop/status.py", "Status")
GUARDED = """
[tool.codemods.moves.status]
source = "shop/worker.py"
destination = "shop/status.py"
names = ["Status"]
guard = "python -m shop.worker"
"""


def test_both_are_checks_of_the_proof(run: Run) -> None:
    moved = run(*MOVE, "--run", "--guard", "python -m shop.worker", "-v")
    assert moved.code == 0, moved.err
    assert "✓ cold imports" in moved.out
    assert "✓ guard" in moved.out


def test_the_json_report_has_them(run: Run) -> None:
    moved = json.loads(run(*MOVE, "--run", "--guard", "python -c 'import shop.worker'", "--json").out)
    checks = {check["name"]: check for check in moved["proof"]["checks"]}
    assert checks["cold imports"]["examined"] == 3
    assert checks["guard"]["held"] is True


def test_a_difference_refuses_the_move(root: Path, run: Run) -> None:
    before = fingerprint(root)
    refused = run(*MOVE, "--guard", "grep -q 'class Status' shop/worker.py")
    assert refused.code == 2
    assert "[proof:guard] it ended with exit code 0, and now ends with 1" in refused.err
    assert "  help: the proof holds; `--diff` without --run and --guard shows the change\n" in refused.err
    assert fingerprint(root) == before


def test_a_cold_import_that_fails_refuses_the_move(root: Path, run: Run) -> None:
    """What no static check sees: a module that reads a file whose name nobody writes."""
    (root / "shop/wire.py").write_text(
        "import shop.worker\nassert 'class Status' in open(shop.__path__[0] + '/worker' + chr(46) + 'py').read()\n"
    )
    before = fingerprint(root)
    refused = run(*MOVE, "--run")
    assert refused.code == 2
    assert "shop/wire.py:2: [proof:cold imports] shop/wire.py could be imported, and now can't be: AssertionError" in (
        refused.err
    )
    assert fingerprint(root) == before


def test_a_configured_guard_runs_only_when_asked_for(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text(GUARDED)
    assert "guard" not in run("run", "status", "--diff", "--json").out
    assert '"guard"' in run("run", "status", "--diff", "--json", "--guard").out
    told = json.loads(run("run", "status", "--json", "--guard", "true", "--guard").out)
    guards = [check for check in told["proof"]["checks"] if check["name"] == "guard"]
    assert [check["says"].split("`")[1] for check in guards] == ["true", "python -m shop.worker"]


def test_a_recipe_s_own_guard(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    move = Move("shop/worker.py", ("Status",), "shop/status.py")
    there = ["--root", str(root), "--diff", "--json"]
    assert recipe(move, guard="true", argv=there) == 0
    assert '"guard"' not in capsys.readouterr().out
    assert recipe(move, guard="true", at_once=True, argv=[*there, "--guard"]) == 0
    assert "`true` ends as before" in capsys.readouterr().out
    assert recipe(move, guard="false", argv=[*there, "--guard"]) == 2
    with pytest.raises(SystemExit):
        recipe(move, argv=[*there, "--guard"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*MOVE, "--guard"), "there is no command for it"),
        ((*MOVE, "--guard", ""), "its command is empty"),
        ((*MOVE, "--guard", "true", "--check"), "--check and --plan do not make"),
        ((*MOVE, "--run", "--plan"), "--check and --plan do not make"),
        (("run", "bare", "--guard"), "there is no command for it"),
        (("run", "wrong"), "guard is not a command"),
    ],
)
def test_wrong_usage(root: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    bare = GUARDED.replace("status]", "bare]").replace("guard", "# guard")
    wrong = GUARDED.replace("status]", "wrong]").replace('"python -m shop.worker"', "3")
    (root / "pyproject.toml").write_text(bare + wrong)
    before = fingerprint(root)
    wrong = run(*words)
    assert wrong.code == 4
    assert wrong.err.startswith("error: ")
    assert said in wrong.err
    assert fingerprint(root) == before


def test_somebody_else_s_move_is_tried_out_from_git(root: Path, run: Run) -> None:
    """Revisions are laid out without the repository's knowing: its index and its files stay."""

    def git(*words: str) -> str:
        who = ("-c", "user.name=n", "-c", "user.email=e@x")
        return subprocess.run(["git", *who, *words], cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    assert run(*MOVE).code == 0
    git("add", ".")
    git("commit", "-qm", "second")
    (root / "main.py").write_text("staged = 1\n")
    git("add", ".")
    state = git("status", "--porcelain"), git("ls-files", "--stage")
    told = run("prove", "HEAD~1..HEAD", "--run", "--guard", "grep -q 'import Status' main.py", "--json")
    assert told.code == 0, told
    checks = {check["name"]: check for check in json.loads(told.out)["checks"]}
    assert checks["cold imports"]["examined"] == 3
    assert checks["guard"]["held"]
    refused = run("prove", "HEAD~1..HEAD", "--guard", "test ! -e shop/status.py")
    assert refused.code == 2
    assert "[proof:guard]" in refused.out
    assert (git("status", "--porcelain"), git("ls-files", "--stage")) == state


@pytest.fixture
def traces(root: Path) -> Path:
    """A folder in which every file of the tree that anybody could execute leaves a trace."""
    folder = root.parent / "traces"
    folder.mkdir()
    trap = f"\nimport pathlib as _p\n_p.Path({str(folder)!r}, __name__).touch()\n"
    for path in ("conftest.py", "setup.py", "sitecustomize.py", "usercustomize.py", "noxfile.py", "shop/__main__.py"):
        (root / path).write_text("import shop.worker\n")
    (root / "pyproject.toml").write_text(GUARDED.replace("python -m shop.worker", f"touch {folder}/guard"))
    for path in root.rglob("*.py"):
        path.write_text(path.read_text() + trap)
    return folder


def test_nothing_of_the_tree_is_executed(root: Path, run: Run, traces: Path) -> None:
    assert run(*MOVE, "--plan").code == 0
    assert run(*MOVE, "--check").code == 1
    assert run(*MOVE, "--diff").code == 0
    assert run("run", "status", "--diff").code == 0
    assert run("prove", root, root).code == 0
    assert run(*MOVE).code == 0
    assert run("undo").code == 0
    assert run("run", "status").code == 0
    assert run("recover").code == 0
    # Also not by a Python that is started in the root, with the root first on its path.
    command = [sys.executable, "-P", "-m", "codemods", *MOVE[:-1], "Worker", "--diff"]
    subprocess.run(command, check=False, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert list(traces.iterdir()) == []


def test_the_traces_would_be_seen(run: Run, traces: Path) -> None:
    assert run(*MOVE, "--run").code == 0
    names = {path.name for path in traces.iterdir()}
    assert {"main", "shop.worker", "conftest"} <= names
    assert not names & {"setup", "shop.__main__", "__main__"}


def test_the_guard_of_the_tree_would_be_seen(run: Run, traces: Path) -> None:
    run("run", "status", "--guard")
    assert (traces / "guard").exists()


def test_ctrl_c_while_it_is_tried_out(root: Path, tmp_path: Path) -> None:
    """At once, in one sentence; no process and no copy is left."""
    alive, scratch = tmp_path / "alive", tmp_path / "scratch"
    os.mkfifo(alive)
    scratch.mkdir()
    before = fingerprint(root)
    command = [sys.executable, "-m", "codemods", *MOVE, "--guard", f"exec 9> {alive}; echo >&9; sleep 1000"]
    surroundings = {**os.environ, "TMPDIR": str(scratch)}
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True, env=surroundings)
    with alive.open() as file:
        file.readline()
        process.send_signal(signal.SIGINT)
        assert file.read() == ""  # at its end: nobody holds the other one
    _, said = process.communicate()
    assert process.returncode == 130
    assert said == "interrupted: nothing was changed\n"
    assert fingerprint(root) == before
    assert list(scratch.iterdir()) == []
