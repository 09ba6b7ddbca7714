"""The move as a command of `python -m libcst.tool codemod`, run as its users run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import fingerprint

pytestmark = pytest.mark.slow


def codemod(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "--no-format", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


MOVE = ("codemods.as_libcst.MoveSymbol", ".", "--move", "shop/worker.py", "shop/status.py", "Status")


def test_a_move(root: Path) -> None:
    (root / "shop/status.py").write_text("")
    moved = codemod(root, *MOVE)
    assert moved.returncode == 0, moved.stderr
    assert "Transformed 3 files successfully" in moved.stderr
    assert "class Status" in (root / "shop/status.py").read_text()
    assert "class Status" not in (root / "shop/worker.py").read_text()
    assert "from shop.status import Status" in (root / "main.py").read_text()
    subprocess.run([sys.executable, "-B", "main.py"], cwd=root, check=True, stdout=subprocess.PIPE)


def test_a_diff_writes_nothing(root: Path) -> None:
    (root / "shop/status.py").write_text("")
    before = fingerprint(root)
    shown = codemod(root, "-u1", *MOVE)
    assert shown.returncode == 0
    assert "+class Status" in shown.stdout
    assert fingerprint(root) == before


def test_what_is_refused_is_said_once(root: Path) -> None:
    missing = codemod(root, *MOVE)
    assert missing.returncode == 4
    assert missing.stderr.splitlines()[-3:] == [
        "error: shop/status.py: [no-file] it is not there, and LibCST creates no files",
        "  help: touch shop/status.py",
        "  help: or: codemods extract",
    ]
    refused = codemod(root, *MOVE[:-1], "beat")
    assert refused.returncode == 2
    assert "not at the top level" in refused.stderr
    assert "Traceback" not in refused.stderr + missing.stderr


def test_a_part_of_the_change_is_none(root: Path) -> None:
    """main.py would have stayed as it was."""
    (root / "shop/status.py").write_text("")
    before = fingerprint(root)
    wrong = codemod(root, MOVE[0], "shop", *MOVE[2:])
    assert wrong.returncode == 4
    assert "main.py: [usage] it has to be rewritten too" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert fingerprint(root) == before
