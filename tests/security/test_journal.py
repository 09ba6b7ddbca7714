"""A journal that the tree brings along is never taken up (S1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying import apply
from codemods.applying.state import state_folder
from codemods.model import ChangeSet, Refused

from .conftest import MOVE, Repository

LOOKS = (
    ("extract", *MOVE, "--plan"),
    ("extract", *MOVE, "--check"),
    ("extract", *MOVE, "--diff"),
    ("prove", "HEAD"),
    ("explain",),
)
WRITES = (("extract", *MOVE), ("recover",), ("undo",))


def text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def forged(version: int, path: str, data: bytes, root: Path) -> bytes:
    """A journal by which "taking an interrupted move back" writes ``data`` to ``path``."""
    worker = (root / "shop/worker.py").read_bytes()
    files = [
        {"path": path, "before": text(data), "after": None, "mode": 0o755},
        {"path": "shop/worker.py", "before": text(worker), "after": text(b"other"), "mode": 0o644},
    ]
    common = {"version": version, "token": "aa", "files": files, "made": [], "dropped": []}
    return json.dumps({**common, "kind": "move", "undoes": None}).encode()


@pytest.mark.parametrize("words", [*LOOKS, *WRITES], ids=" ".join)
@pytest.mark.parametrize("version", [1, 2])
def test_a_committed_journal_writes_no_hook(
    repository: Repository, committed: Callable[[], None], words: tuple[str, ...], version: int
) -> None:
    hook = repository.root / ".git/hooks/pre-commit"
    script = f"#!/bin/sh\n{repository.trap}\n".encode()
    repository.write(".codemods/.gitignore", "*\n")
    (repository.root / ".codemods/journal.json").write_bytes(
        forged(version, ".git/hooks/pre-commit", script, repository.root)
    )
    committed()
    ran = repository.codemods(*words)
    assert not hook.exists()
    assert "interrupted move was" not in ran.err
    if words[0] != "explain":
        assert ".codemods/ in this tree is not read" in ran.err
    repository.git("commit", "--allow-empty", "-qm", "y")
    assert not repository.sprung


def test_a_committed_journal_replaces_no_settings(repository: Repository, committed: Callable[[], None]) -> None:
    """In one command: a filter in .git/config, which asking git for the status would then run."""
    config = repository.root / ".git/config"
    evil = config.read_bytes() + f'[filter "x"]\n\tclean = "{repository.trap}; cat"\n'.encode()
    repository.write(".gitattributes", "*.py filter=x\n")
    repository.write(".codemods/journal.json", forged(1, ".git/config", evil, repository.root).decode())
    committed()
    (repository.root / "shop/worker.py").touch()
    assert repository.codemods("extract", *MOVE).code == 0
    assert not repository.sprung
    assert config.read_bytes() != evil


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_who_only_looks_writes_nothing(repository: Repository, tmp_path: Path, words: tuple[str, ...]) -> None:
    before = repository.state
    repository.codemods(*words, XDG_STATE_HOME=str(tmp_path / "state"))
    assert repository.state == before
    assert not (tmp_path / "state").exists()


def test_the_state_folder_is_not_looked_for_in_the_tree(repository: Repository) -> None:
    """As it would be where HOME is a checkout."""
    before = repository.state
    refused = repository.codemods("extract", *MOVE, XDG_STATE_HOME=str(repository.root / "state"))
    assert refused.code == 2
    assert "[state-folder]" in refused.err
    assert "set XDG_STATE_HOME to a folder of yours" in refused.err
    assert repository.state == before


def test_a_relative_state_folder_is_not_one_in_the_tree(repository: Repository, tmp_path: Path) -> None:
    repository.codemods("extract", *MOVE, XDG_STATE_HOME="state", HOME=str(tmp_path / "home"))
    assert not (repository.root / "state").exists()


def test_another_tree_at_the_same_path_has_no_records(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    first = state_folder(root)
    root.rename(tmp_path / "old")
    root.mkdir()
    assert state_folder(root) != first


@pytest.mark.parametrize(
    "path", [".git/hooks/x.py", ".hidden/x.py", "venv/../.git/x.py", "a/.git", "node_modules/x.py"]
)
def test_nothing_is_ever_written_where_the_walk_does_not_enter(tmp_path: Path, path: str) -> None:
    (tmp_path / ".git/hooks").mkdir(parents=True)
    with pytest.raises(Refused, match="outside-root"):
        apply(ChangeSet({path: None}, {path: b""}), tmp_path)


def test_nothing_is_written_there_through_a_link(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_bytes(b"x = 1\n")
    (tmp_path / "x.py").symlink_to(".git/config")
    with pytest.raises(Refused, match="which codemods does not enter"):
        apply(ChangeSet({"x.py": b"x = 1\n"}, {"x.py": b"x = 2\n"}), tmp_path)
