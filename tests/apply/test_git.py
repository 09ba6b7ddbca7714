"""Which files git calls dirty, and where git has no say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codemods.applying import apply
from codemods.applying.git import refuse_dirty
from codemods.model import ChangeSet, Refused

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=n", "-c", "user.email=e@x")
    return subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("scratch/\n")
    (tmp_path / "a b.py").write_text("A = 1\n")
    (tmp_path / "other.py").write_text("O = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def change(root: Path, path: str = "a b.py") -> ChangeSet:
    return ChangeSet({path: (root / path).read_bytes(), "new.py": None}, {path: b"A = 9\n", "new.py": b"N\n"})


def test_a_clean_file_is_not_dirty_whatever_the_others_are(root: Path) -> None:
    (root / "other.py").write_text("O = 2\n")
    refuse_dirty(change(root), root)


def test_an_edited_file_is_dirty(root: Path) -> None:
    (root / "a b.py").write_text("A = 2\n")
    with pytest.raises(Refused, match=r"a b.py: \[dirty\] it has changes that are not committed"):
        refuse_dirty(change(root), root)


def test_a_staged_file_can_be_restored_and_stays_staged(root: Path) -> None:
    (root / "a b.py").write_text("A = 2\n")
    git(root, "add", ".")
    staged = git(root, "diff", "--cached")
    refuse_dirty(change(root), root)
    apply(change(root), root)
    assert git(root, "diff", "--cached") == staged


def test_an_untracked_file_that_would_be_changed_is_dirty(root: Path) -> None:
    (root / "mine.py").write_text("M = 1\n")
    with pytest.raises(Refused, match="git does not track this file"):
        refuse_dirty(change(root, "mine.py"), root)


def test_a_root_below_the_repository(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub/s.py").write_text("S = 1\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "second")
    refuse_dirty(change(root / "sub", "s.py"), root / "sub")
    (root / "sub/s.py").write_text("S = 2\n")
    with pytest.raises(Refused, match=r"^s.py: \[dirty\]"):
        refuse_dirty(change(root / "sub", "s.py"), root / "sub")


@pytest.mark.parametrize("name", ["scratch", "untracked"])
def test_a_scratch_copy_inside_a_repository_has_nothing_to_compare_with(root: Path, name: str) -> None:
    (root / name).mkdir()
    (root / name / "a b.py").write_text("A = 1\n")
    refuse_dirty(change(root / name), root / name)


def test_an_ignored_file_is_not_git_s_business(root: Path) -> None:
    (root / "scratch").mkdir()
    (root / "scratch/x.py").write_text("X = 1\n")
    refuse_dirty(change(root, "scratch/x.py"), root)


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b.py").write_text("A = 1\n")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    refuse_dirty(change(tmp_path), tmp_path)
    monkeypatch.setenv("PATH", "")
    refuse_dirty(change(tmp_path), tmp_path)


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a b.py").write_text("A = 1\n")
    refuse_dirty(change(tmp_path), tmp_path)


def test_the_record_of_a_write_is_invisible_to_git(root: Path) -> None:
    apply(change(root), root)
    assert git(root, "status", "--porcelain").splitlines() == [' M "a b.py"', "?? new.py"]


def test_asking_runs_nothing_that_the_repository_names(root: Path) -> None:
    ran = root / "ran"
    git(root, "config", "core.fsmonitor", f"touch {ran}; false")
    refuse_dirty(change(root), root)
    assert not ran.exists()
