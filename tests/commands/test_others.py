"""`run`, `prove`, `recover`, `undo`, `explain`, and recipes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codemods.model import Move
from codemods.project import DiskTree
from codemods.project.git_tree import GitTree
from codemods.recipe import recipe
from tests.commands.conftest import Run, fingerprint

MOVES = """
[tool.codemods.moves.status]
source = "shop/worker.py"
destination = "shop/status.py"
names = ["Status"]
"""


@pytest.mark.usefixtures("believed")
def test_a_configured_move(root: Path, run: Run) -> None:
    (root / "pyproject.toml").write_text(MOVES)
    assert run("run", "status", "--check").code == 1
    assert run("run", "status").code == 0
    assert run("run", "status", "--check").code == 0
    assert (root / "shop/status.py").exists()


@pytest.mark.usefixtures("believed")
def test_of_several_moves_those_are_told_that_are_made(root: Path, run: Run) -> None:
    state = MOVES.replace("moves.status", "moves.worker").replace("Status", "Worker").replace("status.py", "runner.py")
    (root / "pyproject.toml").write_text(MOVES + state)
    assert run("run", "status").code == 0
    assert run("run", "status", "worker", "--check").out == (
        "still to be done: Worker from shop/worker.py to shop/runner.py\n"
    )
    assert "Status" not in run("run", "status", "worker").out.splitlines()[0]
    assert run("run", "status", "worker", "--check").out.count("nothing to do: ") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "pyproject.toml: [configuration] there is no such file"),
        ("", "there is no [tool.codemods.moves.status]"),
        (MOVES.replace("moves.status", "moves.statue"), "did you mean statue?"),
        ("x = 1\n[tool.codemods\n", "pyproject.toml:2: [configuration] it is not valid TOML"),
        ("tool = 1\n", "tool is not a table"),
        ("[tool.codemods.moves]\nstatus = 1\n", "is not a table"),
        (MOVES + "nmaes = []\n", "unknown key, nmaes"),
        (MOVES + 'accept = ["nonsense"]\n', "[tool.codemods.moves.status]: no hazard has the code `nonsense`"),
        (MOVES + 'accept = ["import-cycle"]\n', "`import-cycle` can't be accepted"),
        (MOVES.replace('["Status"]', '"Status"'), "names is not a list of names"),
        (MOVES.replace('"shop/status.py"', "3"), "destination is not a path"),
        (MOVES + 'reexport = "no"\n', "reexport is not one of auto, eager, lazy, none"),
        (MOVES.replace("source", "#"), "has no source"),
        (MOVES.replace('["Status"]', "[]"), "no name was given"),
    ],
)
def test_a_configuration_that_is_wrong(root: Path, run: Run, text: str | None, said: str) -> None:
    if text is not None:
        (root / "pyproject.toml").write_text(text)
    before = fingerprint(root)
    wrong = run("run", "status")
    assert wrong.code == 4
    assert said in wrong.err
    assert wrong.err.startswith("error: ")
    assert fingerprint(root) == before


@pytest.mark.usefixtures("believed")
def test_a_recipe(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    move = Move("shop/worker.py", ("Status",), "shop/status.py")
    there = ["--root", str(root)]
    assert recipe(move, argv=[*there, "--check"]) == 1
    assert recipe(move, argv=[*there, "--quiet"]) == 0
    after = fingerprint(root)
    assert recipe(move, argv=there) == 0
    assert recipe(move, argv=[*there, "--check", "--json"]) == 0
    assert fingerprint(root) == after
    assert '"outcome": "nothing to do"' in capsys.readouterr().out


def test_undo_and_recover_where_nothing_is_to_do(root: Path, run: Run) -> None:
    before = fingerprint(root)
    assert run("undo").out == "nothing to do: no move is recorded here\n"
    assert run("recover").out == "nothing to do: no move was interrupted here\n"
    assert run("undo", "--root", "none").code == 4
    assert fingerprint(root) == before


@pytest.mark.usefixtures("believed")
def test_undo_is_refused_after_an_edit(root: Path, run: Run) -> None:
    run("extract", "shop/worker.py", "shop/status.py", "Status")
    (root / "main.py").write_text("")
    refused = run("undo")
    assert refused.code == 2
    assert "main.py: [changed-since]" in refused.err


def test_explain(run: Run) -> None:
    from codemods.planning.hazards import registry

    listed = run("explain").out
    for code, module in registry().items():
        assert f"{code} " in listed
        told = run("explain", f"[{code}]")
        assert told.code == 0
        assert module.TITLE in told.out
        assert module.MEANING.strip() in told.out
    wrong = run("explain", "name-colision")
    assert wrong.code == 4
    assert "did you mean name-collision?" in wrong.err


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@x")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, stdout=subprocess.PIPE)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    (root / ".gitattributes").write_text("main.py export-ignore\n")
    (root / "link.py").symlink_to("main.py")
    (root / "data.bin").write_bytes(b"\0")
    (root / ".hidden").mkdir()
    (root / ".hidden/x.py").write_text("")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    git(root, "tag", "old")
    (root / "shop/wire.py").write_text("")
    git(root, "commit", "-qam", "second")
    return root


def test_links_are_followed_in_a_revision_as_on_disk(root: Path) -> None:
    git(root, "init", "-q", "-b", "main")
    leads = {
        "a.py": "shop/worker.py",
        "b.py": "a.py",
        "shop/c.py": "../shop/./wire.py",
        "lib": "shop",
        "d.py": "lib/wire.py",
        "loop.py": "loop.py",
        "gone.py": "nowhere.py",
        "out.py": "../elsewhere.py",
        "notes.bin": "main.py",
    }
    for link, to in leads.items():
        (root / link).symlink_to(to)
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    tree, disk = GitTree(root, "HEAD"), DiskTree(root)
    assert tree.paths == disk.paths
    assert {*tree.paths} & {*leads} == {"a.py", "b.py", "shop/c.py", "d.py"}
    assert all(tree.read(path) == disk.read(path) for path in tree.paths)


def test_a_link_that_git_has_is_no_change(repository: Path, run: Run) -> None:
    assert run("prove", "HEAD").out == "nothing moved, and nothing else changed\n"


def test_a_revision_is_the_tree_that_a_check_out_would_be(repository: Path) -> None:
    tree = GitTree(repository, "old")
    assert tree.paths == {"link.py", "main.py", "shop/__init__.py", "shop/wire.py", "shop/worker.py"}
    for path in ("link.py", "main.py", "shop/__init__.py", "shop/worker.py"):
        assert tree.read(path) == (repository / path).read_bytes()
    assert GitTree(repository / "shop", "old").paths == {"__init__.py", "wire.py", "worker.py"}
    with pytest.raises(FileNotFoundError):
        tree.read("none.py")
