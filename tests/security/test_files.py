"""What the writer must not lose: other names of a file, its attributes, and an edit of the last instant (W3 to W6)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying import apply, recover, undo
from codemods.applying import disk as disk_module
from codemods.model import ChangeSet, Refused

from .conftest import MOVE, Repository

CHANGE = ChangeSet({"a.py": b"A = 1\n", "gone.py": b"G = 1\n"}, {"a.py": b"A = 2\n", "gone.py": None, "new.py": b"N\n"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.py").write_bytes(b"A = 1\n")
    (folder / "gone.py").write_bytes(b"G = 1\n")
    return folder


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.iterdir()}


def test_a_file_with_a_hard_link_is_refused(repository: Repository) -> None:
    (repository.root / "shop/worker_copy.py").hardlink_to(repository.root / "shop/worker.py")
    refused = repository.codemods("extract", *MOVE)
    assert "shop/worker.py: [hard-link] the file has another name (a hard link)" in refused.err
    assert "mv shop/worker.py.own shop/worker.py" in refused.err
    assert (repository.root / "shop/worker.py").samefile(repository.root / "shop/worker_copy.py")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Python has extended attributes on Linux alone")
def test_extended_attributes_are_kept_and_come_back(root: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has none")
    apply(CHANGE, root)
    assert os.getxattr(root / "a.py", "user.origin") == b"here"
    undo(root)
    assert os.getxattr(root / "a.py", "user.origin") == b"here"


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Python has extended attributes on Linux alone")
def test_an_attribute_that_can_t_be_given_stops_the_write(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        os.setxattr(root / "a.py", "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has none")

    def setxattr(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    before = files(root)
    monkeypatch.setattr(os, "setxattr", setxattr)
    with pytest.raises(Refused, match="everything is as it was"):
        apply(CHANGE, root)
    assert files(root) == before


@pytest.mark.parametrize("words", [("--plan",), ("--check",), ()], ids=" ".join)
@pytest.mark.parametrize("standing", ["shop/Status.py", "shop/STATUS.py"])
def test_a_destination_that_differs_by_case_alone_is_refused(
    repository: Repository, words: tuple[str, ...], standing: str
) -> None:
    repository.write(standing, "")
    refused = repository.codemods("extract", *MOVE, *words)
    assert f"shop/status.py: [case] {standing} stands there" in refused.err
    assert not (repository.root / "shop/status.py").exists()


def test_so_is_one_in_a_folder_that_does(repository: Repository) -> None:
    refused = repository.codemods("extract", "shop/worker.py", "Shop/status.py", "Status")
    assert "Shop/status.py: [case] shop stands there" in refused.err


@pytest.mark.parametrize("words", [("--plan",), ()], ids=" ".join)
def test_a_source_that_has_a_second_name_by_a_symlink_is_refused(
    repository: Repository, words: tuple[str, ...]
) -> None:
    """shop.jobs is another module, with a class Status of its own; both would share one afterwards."""
    (repository.root / "shop/jobs.py").symlink_to("worker.py")
    refused = repository.codemods("extract", *MOVE, *words)
    assert "shop/worker.py: [second-name] `shop/jobs.py` is a symlink to it" in refused.err


# --- an edit between the last look at a file and its rename

STEPS = {"new.py": "rename .codemods", "a.py": "rename .codemods", "gone.py": "rename gone.py"}


def edit_at(root: Path, name: str, data: bytes) -> Callable[[str], None]:
    """Write a file at the last step before it is renamed."""

    def step(told: str) -> None:
        ours = told.endswith(f" to {name}") or told.startswith(f"rename {name} to")
        if ours and not edited:
            edited.append(told)
            (root / name).write_bytes(data)

    edited: list[str] = []
    return step


@pytest.mark.parametrize("name", ["a.py", "gone.py", "new.py"])
def test_an_edit_in_the_last_instant_is_kept(root: Path, name: str) -> None:
    before = files(root)
    with pytest.raises(Refused, match="changed while the move was being written"):
        apply(CHANGE, root, steps=edit_at(root, name, b"mine\n"))
    assert files(root) == {**before, name: b"mine\n"}


@pytest.mark.parametrize("name", ["a.py", "gone.py", "new.py"])
def test_so_is_one_while_a_move_is_taken_back(root: Path, name: str) -> None:
    apply(CHANGE, root)
    after = files(root)
    with pytest.raises(Refused):
        undo(root, steps=edit_at(root, name, b"mine\n"))
    assert files(root) == {**after, name: b"mine\n"}


@pytest.mark.parametrize("name", ["a.py", "gone.py"])
def test_so_is_one_that_was_displaced_when_the_process_died(root: Path, name: str) -> None:
    """Killed between the rename and the look at what it displaced; what is displaced is the user's."""
    child = os.fork()
    if not child:
        edited = edit_at(root, name, b"mine\n")
        renamed = False

        def step(told: str) -> None:
            nonlocal renamed
            if renamed:
                os._exit(9)
            edited(told)
            renamed = told.endswith(f" to {name}") or told.startswith(f"rename {name} to")

        try:
            apply(CHANGE, root, steps=step)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with pytest.raises(Refused, match="changed since"):
        recover(root)
    assert (root / name).read_bytes() == b"mine\n"


@pytest.mark.parametrize("name", ["new.py"])
def test_without_such_renames_all_else_is_the_same(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows neither kind: written, taken back, and a new file overwrites none."""
    monkeypatch.setattr(disk_module, "rename", lambda *_: False)
    before = files(root)
    apply(CHANGE, root)
    assert files(root) == {"a.py": b"A = 2\n", "new.py": b"N\n"}
    undo(root)
    assert files(root) == before
    with pytest.raises(Refused, match="changed while"):
        apply(CHANGE, root, steps=edit_at(root, name, b"mine\n"))
    assert files(root) == {**before, name: b"mine\n"}
