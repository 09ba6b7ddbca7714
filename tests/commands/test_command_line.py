"""How things may be written: from a subfolder, dotted, with a name behind `::`, as a pattern; and what a shell asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run, fingerprint

pytestmark = pytest.mark.usefixtures("believed")
S, D = "shop/worker.py", "shop/status.py"


@pytest.fixture
def project(root: Path) -> Path:
    (root / "pyproject.toml").write_text("")
    return root


@pytest.mark.parametrize(
    "words",
    [
        (f"{S}::Status", D),
        ("shop.worker:Status", "shop.status"),
        ("shop.worker", "shop.status", "Status"),
        (S, "shop.status", "Stat?s"),
        (S, D, "Status", "--with", "LIM*", "--keep", "Work*"),
    ],
)
def test_ways_to_name_a_move(root: Path, run: Run, words: tuple[str, ...]) -> None:
    assert run("extract", *words, "--check").code == 1
    moved = run("extract", *words)
    assert moved.code == 0, moved
    assert "class Status" in (root / D).read_text()
    assert "class Worker" in (root / S).read_text()
    again = run("extract", *words)
    assert again.code == 0
    assert again.out == "nothing to do: Status from shop/worker.py to shop/status.py is already there\n"


def test_a_pattern_moves_all_that_match(root: Path, run: Run) -> None:
    assert run("extract", S, D, "Stat*").code == 0
    assert "class State" in (root / D).read_text()


@pytest.mark.parametrize("folder", ["shop", "docs/deep"])
def test_from_a_subfolder(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Paths are those of the folder one stands in; the project is the one that holds the source."""
    (project / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(project / folder)
    before = fingerprint(project)
    up = os.path.relpath(project / "shop", project / folder)
    moved = run("extract", f"{up}/worker.py", f"{up}/status.py", "Status")
    assert moved.code == 0, moved
    assert "Rewrote 1 other file: main.py" in moved.out
    assert run("undo").code == 0
    assert fingerprint(project) == before


def test_from_outside_of_the_project(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    assert run("extract", "project/shop/worker.py", "project/shop/status.py", "Status").code == 0
    assert "from shop.status import Status" in (project / "main.py").read_text()


def test_the_repository_is_larger_than_the_project(project: Path, run: Run) -> None:
    (project.parent / ".git").mkdir()
    told = run("extract", S, D, "Status", "--plan")
    assert "note: only project/ of the repository is looked at; --root .. includes the rest" in told.err


def test_a_root_that_is_named_is_what_paths_are_relative_to(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "shop")
    assert run("extract", S, D, "Status", "--root", "..", "--check").code == 1


def test_version(run: Run) -> None:
    for option in ("--version", "-V"):
        told = run(option)
        assert told.code == 0
        assert told.out.startswith("codemods 0")
        assert f"Python {sys.version_info.major}.{sys.version_info.minor}." in told.out


def test_help(run: Run) -> None:
    assert run("help").out == run("--help").out
    for command in ("extract", "run", "prove", "undo", "recover", "explain", "completion"):
        told = run("help", command)
        assert told.code == 0
        assert told.out == run(command, "--help").out
        assert told.out.startswith(f"usage: codemods {command}")
    bare = run()
    assert bare.code == 4
    assert bare.err == run("--help").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("exract", S), "there is no 'exract'; did you mean extract?"),
        (("help", "undoo"), "did you mean undo?"),
        (
            ("extract", S, D, "Status", "--color", "sometimes"),
            "WHEN: there is no 'sometimes'; there are auto, always, never",
        ),
        (("prove", "a", "b", "--jsn"), "did you mean --json?"),
    ],
)
def test_a_slip_of_the_finger(run: Run, words: tuple[str, ...], said: str) -> None:
    wrong = run(*words)
    assert wrong.code == 4
    first, *more = wrong.err.splitlines()
    assert first.startswith("error: ")
    assert said in first
    assert more[0].startswith("usage: codemods")


def test_colour(run: Run) -> None:
    assert "\x1b[" not in run("extract", S, D, "Status", "--plan").out
    assert "\x1b[1m" in run("extract", S, D, "Status", "--plan", "--color", "always").out


def test_defaults_of_the_project(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text("[tool.codemods]\ndeprecate = true\nverbose = true\n")
    told = run("extract", S, D, "Status")
    assert told.code == 0
    assert "✓ bindings" in told.out
    assert "__getattr__" in (root / S).read_text()


def test_what_was_said_of_the_old_path_leaves_no_room_for_a_default(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text('[tool.codemods]\nreexport = "none"\n')
    assert run("extract", S, D, "Status", "--deprecate").code == 0
    assert "warnings.warn" in (root / S).read_text()
    run("undo")
    (root / "pyproject.toml").write_text("[tool.codemods]\ndeprecate = true\n")
    assert run("extract", S, D, "Status", "--no-reexport").code == 0
    assert "Status as Status" not in (root / S).read_text()
    assert "__getattr__" not in (root / S).read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deprcate = true", "unknown key, deprcate; did you mean deprecate?"),
        ("run = true", "unknown key, run"),
        ("verbose = 1", "verbose is not true or false"),
        ('color = "red"', "color is not auto, always or never"),
        ("deprecate = true\nreexport = false", "an old path that ends can't warn"),
    ],
)
def test_wrong_defaults(root: Path, run: Run, text: str, said: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.codemods]\n{text}\n")
    wrong = run("extract", S, D, "Status")
    assert wrong.code == 4
    assert said in wrong.err


def test_a_project_can_say_what_a_bare_guard_runs_but_not_that_it_runs(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text("[tool.codemods]\nguard = 'touch /nonexistent/x; false'\n")
    assert run("extract", S, D, "Status", "--diff").code == 0
    guarded = run("extract", S, D, "Status", "--diff", "--guard")
    assert guarded.code == 2
    assert "it fails before the move already" in guarded.err


def test_the_moves_of_a_project_are_listed(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text(
        '[tool.codemods.moves.status]\nsource = "shop/worker.py"\ndestination = "shop/status.py"\nnames = ["Stat*"]\n'
    )
    assert run("run").out == "status: Stat* from shop/worker.py to shop/status.py\n"
    assert run("run", "status").code == 0
    assert run("run", "status", "--check").code == 0


def _completions(root: Path, line: str) -> list[str]:
    """What bash would offer, asked as bash asks."""
    pytest.importorskip("argcomplete")
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(root.parent / "offered"),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    subprocess.run([sys.executable, "-m", "codemods"], cwd=root, env={**os.environ, **asked}, timeout=60)
    return (root.parent / "offered").read_text().split("\n")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("codemods ext", ["extract"]),
        ("codemods extract shop/wo", ["shop/worker.py"]),
        ("codemods extract shop/worker.py shop/x.py Sta", ["State", "Status"]),
        ("codemods run sta", ["status"]),
        ("codemods explain patched", ["patched-name"]),
        ("codemods extract --che", ["--check"]),
    ],
)
def test_completion(root: Path, line: str, offered: list[str]) -> None:
    (root / "pyproject.toml").write_text('[tool.codemods.moves.status]\nsource = "a.py"\n')
    assert [word.strip() for word in _completions(root, line)] == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell(run: Run, shell: str) -> None:
    pytest.importorskip("argcomplete")
    told = run("completion", shell)
    assert told.code == 0
    assert "codemods" in told.out
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=told.out, text=True, check=True)


@pytest.mark.parametrize(
    ("answers", "code", "there"),
    [
        (["", "", "y"], 0, ["class Status", "class State", "LIMIT"]),
        (["n", "n"], 0, ["class Status", "worker import"]),
        (["", "", "n"], 0, []),
    ],
    ids=["all", "what is declined stays", "rather not"],
)
def test_interactive(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, answers: list[str], code: int, there: list[str]
) -> None:
    """It asks for each definition that moves with it, and before it writes."""
    left = list(answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: left.pop(0) if left else "y")
    ended = run("extract", S, D, "Status", "-i")
    assert ended.code == code, ended
    assert (root / D).exists() is bool(there)
    assert all(name in (root / D).read_text() for name in there)


CYCLE = """\
class Model:
    pass


class User(Model):
    pass


class Team(Model):
    leader = User()
"""


@pytest.mark.parametrize(
    ("answers", "moved"),
    [(["y"], ["User", "Model"]), (["n", "y"], ["User", "Team", "Model"]), (["n", "n"], [])],
    ids=["what it needs", "who needs it", "neither"],
)
def test_interactive_where_there_is_a_cycle(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, answers: list[str], moved: list[str]
) -> None:
    """It was refused, without a question."""
    (root / "shop/people.py").write_text(CYCLE)
    left, asked = list(answers), list[str]()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or (left.pop(0) if left else ""))
    ended = run("extract", "shop/people.py", "shop/users.py", "User", "-i")
    assert asked[0] == "moved code needs Model; move it too? [y/N] "
    assert ended.code == (0 if moved else 2), ended
    there = (root / "shop/users.py").read_text() if moved else ""
    assert all(f"class {name}" in there for name in moved)
    assert bool(moved) is (root / "shop/users.py").exists()


def test_interactive_needs_somebody_to_ask(run: Run) -> None:
    wrong = run("extract", S, D, "Status", "-i")
    assert wrong.code == 4
    assert "there is no terminal to ask on" in wrong.err
