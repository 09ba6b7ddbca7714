"""Nothing of the tree is on the path by which the tool's own modules are found (S3)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codemods.proof.snapshot.resolution import star_gives

from .conftest import MOVE, Repository

ENTRIES = {
    "codemods.extract": (*MOVE, "--plan"),
    "codemods": ("extract", *MOVE),
    "codemods.extract_status": ("--check",),
    "codemods.extract_jobs": ("--check",),
    "codemods.extract_failures": ("--check",),
}


def loaded_by_python(folder: Path) -> frozenset[str]:
    """What Python itself imports for `-m`, before any line of the module that is asked for: nobody can help that but
    who asks (with the command `codemods`, or `python -P -m`)."""
    (folder / "nothing.py").write_text("import sys; print(*sys.modules)\n")
    command = [sys.executable, "-m", "nothing"]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return frozenset(said.split())


@pytest.fixture
def marks(repository: Repository, tmp_path: Path) -> Path:
    """The tree has a module of each name of the standard library, and of what the tool needs; each leaves a mark."""
    folder = tmp_path / "marks"
    folder.mkdir()
    names = {*sys.stdlib_module_names, "libcst", "rich", "platformdirs"} - loaded_by_python(tmp_path)
    assert {"random", "copy", "tokenize", "argparse", "__future__"} <= names
    for name in names:
        repository.write(f"{name}.py", f"open({str(folder / name)!r}, 'w').close()\n")
    return folder


@pytest.mark.parametrize("module", ENTRIES)
def test_python_m_executes_no_module_of_the_tree(repository: Repository, marks: Path, module: str) -> None:
    ran = repository.codemods(*ENTRIES[module], module=module)
    assert sorted(path.name for path in marks.iterdir()) == []
    if module in ("codemods", "codemods.extract"):
        assert "shop/status.py" in ran.out + ran.err, ran
    else:
        assert "worker/worker.py: [no-file]" in ran.err


def test_neither_does_one_whose_pythonpath_names_the_tree(repository: Repository, tmp_path: Path) -> None:
    """As a shell has it that was set up for the project; Python itself has loaded what it needs by then."""
    marker = tmp_path / "mark"
    repository.write("src/difflib.py", f"open({str(marker)!r}, 'w').close()\n")
    repository.write("src/rich.py", f"open({str(marker)!r}, 'w').close()\n")
    assert repository.codemods("extract", *MOVE, PYTHONPATH="src").code == 0
    assert repository.codemods("extract", "shop/worker.py", "shop/other.py", "Wroker", PYTHONPATH="src").code != 0
    assert not marker.exists()


def test_a_star_of_the_standard_library_is_not_looked_up_in_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the tool is a library, in a process that has the tree on its path."""
    marker = tmp_path / "mark"
    (tmp_path / "colorsys.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert star_gives("colorsys", "rgb_to_hls")
    assert not star_gives("colorsys", "ONE_THIRD_")
    assert not marker.exists()
