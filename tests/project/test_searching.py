"""Which files mention a word, in trees on disk and under changes; and what is remembered of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.project import DiskTree, OverlayTree, Unreadable


@pytest.fixture
def tree(tmp_path: Path) -> DiskTree:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/status.py").write_text("class Status: ...\n")
    (tmp_path / "pkg/user.py").write_text("from pkg.status import Status\n")
    (tmp_path / "pkg/other.py").write_text("statuses = my_status = 1\n")
    (tmp_path / "notes.md").write_text("See `pkg.status`.\n")
    return DiskTree(tmp_path)


def test_a_word_is_no_part_of_another(tree: DiskTree) -> None:
    assert tree.code_with(["status"]) == {"pkg/user.py"}
    assert tree.texts_with(["status"]) == {"notes.md"}


def test_any_of_several_words(tree: DiskTree) -> None:
    assert tree.code_with(["Status", "my_status"]) == {"pkg/status.py", "pkg/user.py", "pkg/other.py"}


def test_a_word_made_of_words_stands_where_they_do(tree: DiskTree) -> None:
    tree.code_with(["status"])
    assert tree.code_with(["pkg.status"]) == {"pkg/user.py"}


def test_a_tree_is_read_once_for_a_word(tree: DiskTree) -> None:
    assert tree.code_with(["Status"]) == {"pkg/status.py", "pkg/user.py"}
    (tree.root / "pkg/other.py").write_text("Status\n")
    assert tree.code_with(["Status"]) == {"pkg/status.py", "pkg/user.py"}


def test_what_is_searched_is_not_kept_and_what_is_read_is(tree: DiskTree) -> None:
    tree.code_with(["Status"])
    (tree.root / "pkg/other.py").write_text("first = 1\n")
    assert tree.read("pkg/other.py") == b"first = 1\n"
    (tree.root / "pkg/other.py").write_text("second = 2\n")
    assert tree.read("pkg/other.py") == tree.peek("pkg/other.py") == b"first = 1\n"


def test_changes_are_searched_instead_of_what_they_replace(tree: DiskTree) -> None:
    changes = {"pkg/user.py": b"nothing\n", "pkg/new.py": b"from .status import Status\n", "pkg/status.py": None}
    assert OverlayTree(tree, changes).code_with(["Status"]) == {"pkg/new.py"}


def test_wide_text_may_mention_anything(tree: DiskTree) -> None:
    (tree.root / "pkg/wide.py").write_bytes("Status\n".encode("utf-16"))
    assert "pkg/wide.py" in tree.code_with(["nothing_that_is_there"])


def test_a_file_is_parsed_once_also_below_changes(tree: DiskTree) -> None:
    above = OverlayTree(tree, {"pkg/user.py": b"x = 1\n"})
    assert above.source("pkg/status.py") is tree.source("pkg/status.py")
    assert above.source("pkg/user.py") is not tree.source("pkg/user.py")


def test_what_cannot_be_parsed_says_so_each_time(tree: DiskTree) -> None:
    (tree.root / "pkg/broken.py").write_text("def (\n")
    for _ in range(2):
        with pytest.raises(Unreadable):
            tree.source("pkg/broken.py")
