"""What is installed: one top-level package, beside whatever the environment has."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(HOME)], check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def test_it_holds_codemods_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"codemods", "codemods-0.1.0.dist-info"}
    assert not [name for name in names if name.startswith("codemods/extract_")]
    tracked = subprocess.run(
        ["git", "ls-files", "codemods"], cwd=HOME, check=True, capture_output=True, text=True
    ).stdout.split()
    assert {name for name in names if name.startswith("codemods/")} == {
        path for path in tracked if not path.startswith("codemods/extract_")
    }


def test_it_leaves_a_package_of_the_user_s_alone(wheel: Path, tmp_path: Path) -> None:
    """Installed, used, and uninstalled in an environment that has a package `worker` of its own."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (packages,) = environment.glob("lib/*/site-packages")
    (packages / "worker").mkdir()
    (packages / "worker/__init__.py").write_text("class Task: ...\n")
    before = {path.relative_to(packages) for path in packages.rglob("*")}

    def pip(*arguments: str) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)

    def runs(*arguments: str) -> str:
        command = [str(python), "-B", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout

    pip("install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel))
    assert "examples:" in runs("-m", "codemods", "--help")
    assert "Task" in runs("-c", "import worker; print(worker.Task)")
    pip("uninstall", "--quiet", "--yes", "codemods")
    assert "Task" in runs("-c", "import worker; print(worker.Task)")
    assert {path.relative_to(packages) for path in packages.rglob("*")} == before
