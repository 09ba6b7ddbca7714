"""The diff is one that git takes: applied to the old tree it gives the new one, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codemods.model import ChangeSet
from codemods.report.diff import unified_diff

CASES: dict[str, tuple[bytes | None, bytes | None]] = {
    "plain.py": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "crlf.py": (b"a\r\nb\r\n", b"a\r\nB\r\n"),
    "mac.py": (b"a\rb\rc\n", b"a\rB\rc\n"),
    "feed.py": (b"a\n\x0c\nb\n", b"a\n\x0c\nB\n"),
    "latin.py": (b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\ny = '\xe9'\n"),
    "end.py": (b"a\nb", b"a\nb\n"),
    "noend.py": (b"a\nb\n", b"a\nc"),
    "new/__init__.py": (None, b""),
    "new/status.py": (None, b"class S: ...\n"),
    "gone.py": (b"a\n", None),
    "with space.py": (b"a\n", b"b\n"),
    "emptied.py": (b"a\n", b""),
    "grün.py": (b"a\n", b"b\n"),
}


def test_no_change_no_diff() -> None:
    assert list(unified_diff(ChangeSet({"a.py": b"a\n"}, {"a.py": b"a\n"}))) == []


def test_it_reads_as_one_expects() -> None:
    change = ChangeSet({"a.py": b"a\nb\n"}, {"a.py": b"a\nc\n"})
    assert b"".join(unified_diff(change)).decode() == (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
@pytest.mark.parametrize("names", [*([name] for name in CASES), list(CASES)], ids=lambda names: names[0])
def test_git_applies_it(tmp_path: Path, names: list[str]) -> None:
    change = ChangeSet({n: CASES[n][0] for n in names}, {n: CASES[n][1] for n in names})
    for name, data in change.before.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    patch = b"".join(unified_diff(change))
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tmp_path, check=True, input=patch)
    for name, data in change.after.items():
        found = (tmp_path / name).read_bytes() if (tmp_path / name).exists() else None
        assert found == data, name
