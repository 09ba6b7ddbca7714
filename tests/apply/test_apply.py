"""What a write keeps, and what it refuses before its first byte."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codemods.applying import apply, recover, undo
from codemods.applying.disk import locked
from codemods.applying.state import FOLDER, state_folder
from codemods.model import ChangeSet, Refused
from tests.apply.test_kill import snapshot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "pkg").mkdir(parents=True)
    (tree / "pkg/a.py").write_bytes(b"A = 1\n")
    (tree / "pkg/b.py").write_bytes(b"B = 1\n")
    return tree


def changes(**more: tuple[bytes | None, bytes | None]) -> ChangeSet:
    """A change to a.py and b.py, and a new module c.py; ``more`` by path with / as __."""
    files = {"pkg/a.py": (b"A = 1\n", b"A = 2\n"), "pkg/b.py": (b"B = 1\n", b"B = 2\n"), "pkg/c.py": (None, b"C\n")}
    files |= {path.replace("__", "/") + ".py": pair for path, pair in more.items()}
    return ChangeSet({p: old for p, (old, _) in files.items()}, {p: new for p, (_, new) in files.items()})


def test_nothing_to_write_writes_nothing(root: Path) -> None:
    before = snapshot(root)
    apply(ChangeSet({"pkg/a.py": b"A = 1\n"}, {"pkg/a.py": b"A = 1\n"}), root)
    assert snapshot(root) == before


def test_it_is_written_and_nothing_else_is_left_in_the_tree(root: Path) -> None:
    apply(changes(), root)
    assert (root / "pkg/a.py").read_bytes() == b"A = 2\n"
    assert (root / "pkg/c.py").read_bytes() == b"C\n"
    assert not (root / FOLDER).exists()


def test_modes_are_kept_and_new_files_get_those_of_the_umask(root: Path) -> None:
    (root / "pkg/a.py").chmod(0o751)
    old = os.umask(0o027)
    try:
        apply(changes(), root)
    finally:
        os.umask(old)
    assert stat.S_IMODE((root / "pkg/a.py").stat().st_mode) == 0o751
    assert stat.S_IMODE((root / "pkg/c.py").stat().st_mode) == 0o640


def test_a_link_inside_of_the_tree_stays_a_link(root: Path) -> None:
    (root / "pkg/b.py").rename(root / "real.py")
    (root / "pkg/b.py").symlink_to("../real.py")
    apply(changes(), root)
    assert (root / "pkg/b.py").is_symlink()
    assert (root / "real.py").read_bytes() == b"B = 2\n"
    undo(root)
    assert (root / "pkg/b.py").is_symlink()
    assert (root / "real.py").read_bytes() == b"B = 1\n"


def test_the_root_may_be_reached_by_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    apply(changes(), link)
    assert (root / "pkg/c.py").exists()


def _read_only_file(root: Path) -> None:
    (root / "pkg/b.py").chmod(0o444)


def _read_only_folder(root: Path) -> None:
    (root / "pkg").chmod(0o555)


def _edited(root: Path) -> None:
    (root / "pkg/b.py").write_bytes(b"B = 3\n")


def _vanished(root: Path) -> None:
    (root / "pkg/b.py").unlink()


def _appeared(root: Path) -> None:
    (root / "pkg/c.py").write_bytes(b"mine\n")


def _became_a_folder(root: Path) -> None:
    (root / "pkg/b.py").unlink()
    (root / "pkg/b.py").mkdir()


def _became_a_fifo(root: Path) -> None:
    (root / "pkg/b.py").unlink()
    os.mkfifo(root / "pkg/b.py")


def _link_out(root: Path) -> None:
    outside = root.parent / "outside.py"
    (root / "pkg/b.py").rename(outside)
    (root / "pkg/b.py").symlink_to(outside)


def _folder_link_out(root: Path) -> None:
    (root / "pkg").rename(root.parent / "outside")
    (root / "pkg").symlink_to(root.parent / "outside")


def _link_to_itself(root: Path) -> None:
    (root / "pkg/b.py").unlink()
    (root / "pkg/b.py").symlink_to("b.py")


def _dangling_destination(root: Path) -> None:
    (root / "pkg/c.py").symlink_to("nowhere.py")


def _two_names_of_one_file(root: Path) -> None:
    (root / "pkg/b.py").unlink()
    (root / "pkg/b.py").symlink_to("a.py")


def _hard_link(root: Path) -> None:
    (root / "other.py").hardlink_to(root / "pkg/b.py")


def _differs_by_case_alone(root: Path) -> None:
    (root / "pkg/C.py").write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "code", "said"),
    [
        (_read_only_file, "read-only", "pkg/b.py: [read-only] the file is read-only"),
        (_read_only_folder, "read-only", "its folder pkg is read-only"),
        (_edited, "changed-since", "pkg/b.py: [changed-since] the file changed since it was read"),
        (_vanished, "vanished", "pkg/b.py: [vanished]"),
        (_appeared, "changed-since", "pkg/c.py: [changed-since] somebody made this file"),
        (_became_a_folder, "not-a-file", "pkg/b.py"),
        (_became_a_fifo, "not-a-file", "pkg/b.py"),
        (_link_out, "symlink", "leads out of the tree"),
        (_folder_link_out, "symlink", "leads out of the tree"),
        (_link_to_itself, "symlink", "leads to itself"),
        (_dangling_destination, "symlink", "there is no such file"),
        (_two_names_of_one_file, "changed-since", "pkg/b.py"),
        (_hard_link, "hard-link", "pkg/b.py: [hard-link] the file has another name"),
        (_differs_by_case_alone, "case", "pkg/c.py: [case] pkg/C.py stands there"),
    ],
)
def test_refused_before_the_first_write(root: Path, damage: Callable[[Path], None], code: str, said: str) -> None:
    damage(root)
    before = _listing(root.parent)
    steps: list[str] = []
    with pytest.raises(Refused, match=r"\[") as refused:
        apply(changes(), root, steps=steps.append)
    assert code in {hazard.code for hazard in refused.value.hazards}
    assert said in str(refused.value)
    assert steps == []
    assert _listing(root.parent) == before


@pytest.mark.parametrize("path", ["../x.py", "/etc/x.py", "pkg/../../x.py", ".git/config", ".git", "pkg/.GIT", ""])
def test_a_path_that_is_no_file_of_the_tree_is_refused(root: Path, path: str) -> None:
    with pytest.raises(Refused, match="outside-root"):
        apply(ChangeSet({path: None}, {path: b"X\n"}), root)


def test_two_names_of_one_file_with_different_bytes_are_refused(root: Path) -> None:
    (root / "pkg/link.py").symlink_to("a.py")
    with pytest.raises(Refused, match="by a link"):
        apply(changes(pkg__link=(b"A = 1\n", b"A = 3\n")), root)


def test_a_missing_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such folder"):
        apply(changes(), tmp_path / "none")


def test_a_file_that_changes_while_the_move_is_written_stops_it(root: Path) -> None:
    def step(what: str) -> None:
        if what.endswith("to a.py"):
            (root / "pkg/b.py").write_bytes(b"B = 'mine'\n")

    with pytest.raises(Refused, match="while the move was being written"):
        apply(changes(), root, steps=step)
    assert (root / "pkg/a.py").read_bytes() == b"A = 1\n"
    assert (root / "pkg/b.py").read_bytes() == b"B = 'mine'\n"
    assert not (root / "pkg/c.py").exists()
    assert not (root / FOLDER).exists()


def test_two_commands_at_once(root: Path) -> None:
    with locked(root), pytest.raises(Refused, match="another codemods command"):
        apply(changes(), root)


def interrupted(root: Path, at: str) -> None:
    """Leave a write unfinished, as a kill does, before the step ``at``."""
    child = os.fork()
    if not child:
        apply(changes(), root, steps=lambda what: os._exit(9) if what.endswith(at) else None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_an_unfinished_write_stops_the_next_until_it_is_recovered(root: Path) -> None:
    interrupted(root, "to b.py")
    with pytest.raises(Refused, match="interrupted"):
        apply(changes(), root)
    assert recover(root) == "an interrupted move was taken back: 3 files as before"
    apply(changes(), root)


def test_recovery_does_not_touch_a_file_that_somebody_changed_since(root: Path) -> None:
    interrupted(root, "to b.py")
    (root / "pkg/a.py").write_bytes(b"mine\n")
    before = _listing(root)
    for _ in range(2):
        with pytest.raises(Refused, match=r"pkg/a.py: \[changed-since\]"):
            recover(root)
    assert {p: v for p, v in _listing(root).items() if ".codemods-" not in p} == {
        p: v for p, v in before.items() if ".codemods-" not in p
    }
    (root / "pkg/a.py").write_bytes(b"A = 2\n")
    assert recover(root)
    assert (root / "pkg/a.py").read_bytes() == b"A = 1\n"


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"\xff", b"null", b'{"version": 2, "token": "a"}'])
def test_a_damaged_journal_is_named(root: Path, raw: bytes) -> None:
    state_folder(root).mkdir(parents=True)
    (state_folder(root) / "journal.json").write_bytes(raw)
    with pytest.raises(Refused, match=r"journal\.json: \[journal\]"):
        recover(root)


@pytest.mark.parametrize("path", ["../outside.py", "/etc/hosts", "link/x.py", ".git/hooks/pre-commit", "pkg/.git"])
def test_a_forged_journal_reaches_nothing_outside(root: Path, path: str) -> None:
    """Should anybody get at the user's state folder."""
    interrupted(root, "to b.py")
    (root / "link").symlink_to(root.parent)
    journal = state_folder(root) / "journal.json"
    journal.write_text(journal.read_text().replace('"pkg/a.py"', f'"{path}"'))
    before = _listing(root.parent)
    with pytest.raises(Refused):
        recover(root)
    assert {p: v for p, v in _listing(root.parent).items() if ".codemods-" not in p} == {
        p: v for p, v in before.items() if ".codemods-" not in p
    }


def test_undo_gives_the_first_bytes_and_modes(root: Path) -> None:
    (root / "pkg/a.py").chmod(0o755)
    before = snapshot(root)
    apply(changes(pkg__sub__new=(None, b"")), root)
    assert undo(root) == ("pkg/a.py", "pkg/b.py", "pkg/c.py", "pkg/sub/new.py")
    assert snapshot(root) == before
    assert undo(root) == ()


def test_undo_keeps_a_new_folder_that_holds_something_else(root: Path) -> None:
    apply(changes(pkg__sub__new=(None, b"")), root)
    (root / "pkg/sub/mine.py").write_bytes(b"")
    undo(root)
    assert (root / "pkg/sub/mine.py").exists()
    assert not (root / "pkg/sub/new.py").exists()


def test_undo_of_a_removed_file_brings_its_mode_back(root: Path) -> None:
    (root / "pkg/b.py").chmod(0o750)
    apply(ChangeSet({"pkg/b.py": b"B = 1\n"}, {"pkg/b.py": None}), root)
    assert not (root / "pkg/b.py").exists()
    undo(root)
    assert stat.S_IMODE((root / "pkg/b.py").stat().st_mode) == 0o750


def test_undo_is_refused_when_a_file_changed_since(root: Path) -> None:
    apply(changes(), root)
    (root / "pkg/c.py").write_bytes(b"more\n")
    before = _listing(root)
    with pytest.raises(Refused, match=r"pkg/c.py: \[changed-since\] the file changed since the move"):
        undo(root)
    assert _listing(root) == before


def test_a_second_move_is_the_one_that_undo_takes_back(root: Path) -> None:
    apply(changes(), root)
    apply(ChangeSet({"pkg/a.py": b"A = 2\n"}, {"pkg/a.py": b"A = 3\n"}), root)
    assert undo(root) == ("pkg/a.py",)
    assert (root / "pkg/a.py").read_bytes() == b"A = 2\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount a disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_of_the_journal(small_disk: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(small_disk))
    before = snapshot(root)
    with pytest.raises(Refused, match="the disk is full; everything is as it was"):
        apply(changes(pkg__d=(None, b"#" * 300_000)), root)
    assert snapshot(root) == before
    apply(changes(), root)


@pytest.mark.parametrize("size", [10_000, 300_000])
def test_a_full_disk(small_disk: Path, size: int) -> None:
    """Full in the middle of the new files; the smaller one fits."""
    files = {f"m{i}.py": b"X\n" for i in range(4)}
    for path, data in files.items():
        (small_disk / path).write_bytes(data)
    before = snapshot(small_disk)
    after: dict[str, bytes | None] = {"m0.py": b"Y\n", "m3.py": b"#" * size}
    change = ChangeSet({path: files[path] for path in after}, after)
    if size == 10_000:
        apply(change, small_disk)
        return
    with pytest.raises(Refused, match="the disk is full; everything is as it was"):
        apply(change, small_disk)
    assert snapshot(small_disk) == before


def _listing(root: Path) -> dict[str, tuple[int, bytes | str | None]]:
    """Everything below ``root`` without following a link."""
    found: dict[str, tuple[int, bytes | str | None]] = {}
    for path in sorted(root.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            content: bytes | str | None = str(path.readlink())
        else:
            content = path.read_bytes() if stat.S_ISREG(mode) else None
        found[path.relative_to(root).as_posix()] = (mode, content)
    return found


def test_a_symlink_is_not_deleted_for_what_it_leads_to(root: Path) -> None:
    (root / "pkg/link.py").symlink_to("a.py")
    with pytest.raises(Refused, match=r"pkg/link\.py: \[symlink\] it is a symlink to pkg/a.py"):
        apply(ChangeSet({"pkg/link.py": b"A = 1\n"}, {"pkg/link.py": None}), root)
    assert (root / "pkg/a.py").read_bytes() == b"A = 1\n"
