"""Which files belong to a tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codemods.project import DiskTree


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "--quiet")
    return root


def test_text_files_at_every_depth(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "pkg/b.pyi", "pkg/deep/c.py", "docs/index.rst", "setup.cfg", "pkg/data.bin")
    assert DiskTree(tmp_path).paths == {"a.py", "pkg/b.pyi", "pkg/deep/c.py", "docs/index.rst", "setup.cfg"}


def test_what_starts_or_builds_code(tmp_path: Path) -> None:
    files = {"deploy/shop.service", "justfile", "Dockerfile.dev", "meson.build", "crontab", "po/POTFILES.in", "a.spec"}
    files |= {"deploy/site.wsgi", "workflow/Snakefile", "rules/a.smk", "SConstruct"}
    write(tmp_path, *files, "Dockerfiles", "notes.doc", "LICENSE")
    assert DiskTree(tmp_path).paths == files


@pytest.mark.parametrize("folder", [".venv", ".git", "node_modules", "pkg/__pycache__", "x.egg-info", "site-packages"])
def test_folders_that_are_passed_over(tmp_path: Path, folder: str) -> None:
    write(tmp_path, f"{folder}/a.py", f"{folder}/deep/b.py", "kept.py")
    tree = DiskTree(tmp_path)
    assert tree.paths == {"kept.py"}
    assert tree.why_ignored(f"{folder}/a.py")[0]


def test_an_environment_by_any_name(tmp_path: Path) -> None:
    write(tmp_path, "tools/env/pyvenv.cfg", "tools/env/lib/a.py", "tools/kept.py")
    tree = DiskTree(tmp_path)
    assert tree.paths == {"tools/kept.py"}
    assert tree.why_ignored("tools/env/lib/a.py")[0]


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    write(tmp_path, "kept.py", "elsewhere/b.py")
    (tmp_path / "linked.py").symlink_to("kept.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "folder").symlink_to("elsewhere")
    (tmp_path / "named.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    tree = DiskTree(tmp_path)
    assert tree.paths == {"kept.py", "linked.py", "elsewhere/b.py"}
    assert tree.why_ignored("folder/b.py")[0]


def test_what_git_ignores(repository: Path) -> None:
    write(repository, "kept.py", "build/lib/a.py", "pkg/generated.py", "pkg/kept.py", "pkg/scratch/b.py")
    (repository / ".gitignore").write_text("build/\ngenerated.py\n")
    (repository / "pkg/.gitignore").write_text("scratch\n")
    tree = DiskTree(repository)
    assert tree.paths == {"kept.py", "pkg/kept.py"}
    assert tree.why_ignored("pkg/generated.py")[0]
    assert tree.why_ignored("build/new.py")[0]
    assert tree.why_ignored("pkg/new.py") == ("", "")


def test_what_is_tracked_is_not_ignored(repository: Path) -> None:
    write(repository, "build/tracked.py", "build/untracked.py")
    (repository / ".gitignore").write_text("build/\n")
    git(repository, "add", "--force", "build/tracked.py")
    tree = DiskTree(repository)
    assert tree.paths == {"build/tracked.py"}
    assert tree.why_ignored("build/tracked.py") == ("", "")


def test_a_root_that_is_itself_ignored(repository: Path) -> None:
    write(repository, "build/copy/a.py", "build/copy/deep/b.py")
    (repository / ".gitignore").write_text("build/\n")
    tree = DiskTree(repository / "build/copy")
    assert tree.paths == {"a.py", "deep/b.py"}
    assert tree.why_ignored("deep/new.py") == ("", "")


def test_outside_of_a_repository_nothing_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, "build/a.py")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert DiskTree(tmp_path).paths == {"build/a.py"}
