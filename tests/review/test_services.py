"""What calls `codemods prove` elsewhere: the GitHub Action's script, the hooks of pre-commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import root as root

from .test_command import git, move_status
from .test_command import moved as moved
from .test_command import repository as repository

HERE = Path(__file__).parents[2]
# The command of this checkout, wherever it is installed.
PATHS = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(HERE)}


def action(project: Path, **given: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **PATHS, "PROJECT": str(project), **given}
    command = ["bash", str(HERE / "scripts/action")]
    return subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)


def test_the_action(moved: Path, tmp_path: Path) -> None:
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "SARIF")}
    ended = action(moved, COMPARE="main...HEAD", **files)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert Path(files["GITHUB_OUTPUT"]).read_text() == "exit-code=0\n"
    assert "☑️ What moved is proven; there are other edits" in Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    assert json.loads(Path(files["SARIF"]).read_text())["version"] == "2.1.0"
    assert action(moved, COMPARE="main...HEAD", FAIL_ON="edits", **files).returncode == 1
    assert action(moved, COMPARE="main...HEAD", FAIL_ON="edits", ALLOW="shop/*\ndocs/*\n", **files).returncode == 0
    (moved / "main.py").write_text("print(Status)\n")
    broken = action(moved, COMPARE="main", **files)
    assert broken.returncode == 2
    assert broken.stdout.startswith("::error file=main.py,line=1,title=codemods%3A unbound-name::")


def test_the_action_s_file_names_what_the_script_reads() -> None:
    yaml = pytest.importorskip("yaml")
    file = yaml.safe_load((HERE / "action.yml").read_text())
    step = file["runs"]["steps"][-1]
    script = (HERE / "scripts/action").read_text()
    assert all(f"${{{name}" in script or f"${name}" in script for name in step["env"])
    assert "github." not in step["run"] and "inputs." not in step["run"]


@pytest.fixture
def hooked(repository: Path, tmp_path: Path) -> Path:
    """A repository with both hooks, of a clone of this one that has the files as they are."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / ".pre-commit-hooks.yaml").write_text(
        (HERE / ".pre-commit-hooks.yaml").read_text().replace("language: python", "language: system")
    )
    git(hooks, "init", "-q", "-b", "main")
    git(hooks, "add", ".")
    git(hooks, "commit", "-qm", "hooks")
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: main\n  hooks:\n"
        "  - id: codemods-prove\n  - id: codemods-check\n    args: [status]\n"
    )
    (repository / "pyproject.toml").write_text(
        '[tool.codemods.moves.status]\nsource = "shop/worker.py"\ndestination = "shop/status.py"\nnames = ["Status"]\n'
    )
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "hooks")
    return repository


def hook(project: Path, name: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", name]
    environment = {**os.environ, **PATHS, "PRE_COMMIT_HOME": str(project.parent / "cache")}
    return subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, check=False)


def test_the_hooks_of_pre_commit(hooked: Path) -> None:
    pytest.importorskip("pre_commit")
    assert hook(hooked, "codemods-check").returncode == 1  # still to be done
    move_status(hooked)
    git(hooked, "add", ".")
    done = hook(hooked, "codemods-check")
    assert done.returncode == 0, done.stdout
    proven = hook(hooked, "codemods-prove")
    assert proven.returncode == 0, proven.stdout
    (hooked / "main.py").write_text("print(Status)\n")
    git(hooked, "add", ".")
    broken = hook(hooked, "codemods-prove")
    assert broken.returncode == 1
    assert "[unbound-name]" in broken.stdout
