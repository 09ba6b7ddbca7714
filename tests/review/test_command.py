"""`codemods prove`: what is compared, which moves have to be among what was made, and the exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import WORKER, Run
from tests.commands.conftest import root as root
from tests.commands.conftest import run as run

STATUS = '''\
"""Statuses."""

import json

from shop.worker import LIMIT, State


class Status:
    """How a worker is."""

    def beat(self, state: State) -> str:
        return json.dumps([LIMIT, state.value])
'''


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@x")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, stdout=subprocess.PIPE)


def move_status(folder: Path) -> None:
    """By hand: Status leaves the worker's module, and who uses it imports it from where it is."""
    start, end = WORKER.index("class Status"), WORKER.index("class Worker")
    worker = (WORKER[:start] + WORKER[end:]).replace("import json\n", "")
    late = "        from shop.status import Status\n\n        self.status"
    worker = worker.replace("        self.status", late).replace(
        '-> None:\n        """Work.', '-> bool:\n        """Work.'
    )
    (folder / "shop/worker.py").write_text(worker)
    (folder / "shop/status.py").write_text(STATUS.replace('"""Statuses."""\n\n', ""))
    (folder / "main.py").write_text(
        "from shop.status import Status\nfrom shop.worker import Worker\n\nprint(Status, Worker)\n"
    )


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    git(root, "tag", "old")
    return root


@pytest.fixture
def moved(repository: Path) -> Path:
    """A branch on which Worker was edited and Status moved; main has gone on since."""
    git(repository, "checkout", "-qb", "split")
    move_status(repository)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Status has its own module")
    git(repository, "checkout", "-q", "main")
    (repository / "shop/wire.py").write_text("def send(x):\n    return [x]\n")
    git(repository, "commit", "-qam", "send a list")
    git(repository, "checkout", "-q", "split")
    return repository


def outcome(run: Run, *words: object) -> tuple[int, str]:
    ended = run("prove", *words, "--json")
    return ended.code, json.loads(ended.out)["outcome"]


def test_two_folders(root: Path, run: Run) -> None:
    new = root.parent / "new"
    shutil.copytree(root, new)
    assert outcome(run, root, new) == (0, "proven")
    (new / "shop/wire.py").write_text("def send(x):\n    return [x]\n")
    assert outcome(run, root, new) == (1, "proven, with other edits")
    (new / "shop/wire.py").write_text("def send(x):\n    return [y]\n")
    assert outcome(run, root, new) == (2, "broken")
    assert run("prove", root, new, "--quiet").out == ""


@pytest.mark.parametrize("words", [["main...split"], ["main...HEAD"], ["main..."], ["main"], ["--commit", "HEAD"]])
def test_what_a_branch_did_since_it_left(moved: Path, run: Run, words: list[str]) -> None:
    """`Worker` was edited too; what main did meanwhile is none of it."""
    told = run("prove", *words, "--all")
    assert told.code == 1
    assert "shop/worker.py -> shop/status.py (Status)" in told.out
    assert "wire.py" not in told.out


@pytest.mark.parametrize("words", [["main..split"], ["main", "split"]])
def test_two_revisions_as_they_are(moved: Path, run: Run, words: list[str]) -> None:
    told = run("prove", *words, "--all")
    assert told.code == 1
    assert "shop/wire.py:1: send: it is edited" in told.out


def test_what_is_staged_and_what_is_not(repository: Path, run: Run) -> None:
    assert outcome(run, "--staged") == (0, "proven")
    (repository / "shop/wire.py").write_text("def send(x):\n    return [x]\n")
    assert outcome(run, "--staged") == (0, "proven")
    assert outcome(run) == (1, "proven, with other edits")
    git(repository, "add", ".")
    assert outcome(run, "--staged") == (1, "proven, with other edits")
    (repository / "shop/wire.py").write_text("def send(x):\n    return [y]\n")
    assert outcome(run, "--staged") == (1, "proven, with other edits")
    assert outcome(run, "old") == (2, "broken")


def test_a_branch_that_is_named_like_a_folder_is_a_branch(moved: Path, run: Run) -> None:
    git(moved, "branch", "shop", "old")
    assert "shop/worker.py -> shop/status.py" in run("prove", "shop", "split").out
    assert "shop/worker.py -> shop/status.py" not in run("prove", "./shop", "split").out


def test_moves_that_were_made(moved: Path, run: Run) -> None:
    move = ("--move", "shop/worker.py", "shop/status.py", "Status")
    assert outcome(run, "main...HEAD", *move) == (1, "proven, with other edits")
    assert outcome(run, "main...HEAD", *move, "--only-moved") == (0, "proven")
    assert outcome(run, "main...HEAD", *move, "--allow", "shop/*.py") == (0, "proven")
    assert outcome(run, "main...HEAD", *move, "--reexport") == (2, "broken")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shop/worker.py", "shop/status.py", "Statsu"), "shop/worker.py defines no `Statsu` before the change"),
        (("shop/worker.py", "shop/status.py", "Statsu"), "did you mean Status?"),
        (("shop/wroker.py", "shop/status.py", "Status"), "there is no such file before the change"),
        (("shop/worker.py", "shop/state.py", "Status"), "there is no such file after the change"),
        (("shop/worker.py", "shop/wire.py", "Status"), "it is in shop/status.py, not in shop/wire.py"),
        (("shop/worker.py", "shop/status.py", "Worker"), "it is still defined in shop/worker.py"),
        (("shop/worker.py", "shop/status.py"), "a move has a source"),
    ],
)
def test_a_move_that_was_not_made_is_wrong_usage(moved: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    told = run("prove", "main...HEAD", "--move", *words)
    assert told.code == 4
    assert said in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old", "nope"), "'nope'"),
        (("nope",), "'nope'"),
        (("nope...HEAD",), "'nope'"),
        (("a", "b", "c"), "two trees are compared"),
        (("old", "--commit", "HEAD"), "leave one of them out"),
        (("--staged", "old", "HEAD"), "with one revision"),
        (("old", "--reexport"), "give the move: --move"),
        (("old", ":/nothing says this"), "nothing says this"),
        (("old", "x\0y"), "no-revision"),
    ],
)
def test_wrong_words(repository: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    told = run("prove", *words)
    assert told.code == 4
    assert said in told.err


def test_edits_are_shown(moved: Path, run: Run) -> None:
    told = run("prove", "main...HEAD", "--show-edits").out
    assert "    +    def run(self) -> bool:" in told


def test_strict(root: Path, run: Run) -> None:
    new = root.parent / "new"
    shutil.copytree(root, new)
    (new / "shop/wire.py").write_text("def send(x):\n    return (x)\n")
    assert outcome(run, root, new) == (0, "proven")
    assert outcome(run, root, new, "--strict") == (1, "proven, with other edits")


def test_where_nothing_changed_it_says_so(repository: Path, run: Run) -> None:
    assert run("prove", "HEAD").out == "nothing moved, and nothing else changed\n"
    assert run("prove", "HEAD", "--format", "markdown").out == "### ✅ Nothing moved, and nothing else changed\n\n"
