"""SIGTERM and SIGHUP end what runs, take scratch copies away, and leave the tree as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import MOVE, Repository


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_guard_is_ended_whole_and_its_copies_are_gone(
    repository: Repository, tmp_path: Path, number: signal.Signals
) -> None:
    alive, scratch = tmp_path / "alive", tmp_path / "scratch"
    os.mkfifo(alive)
    scratch.mkdir()
    before = repository.state
    # A process of the guard's, and one that it leaves in the background, hold the FIFO.
    guard = f"exec 9> {alive}; sleep 1000 & echo >&9; sleep 1000"
    command = [sys.executable, "-m", "codemods", "extract", *MOVE, "--guard", guard]
    surroundings = {**os.environ, "TMPDIR": str(scratch)}
    process = subprocess.Popen(command, cwd=repository.root, stderr=subprocess.PIPE, text=True, env=surroundings)
    with alive.open() as file:
        file.readline()
        process.send_signal(number)
        assert file.read() == ""  # at its end: nobody holds the other one
    _, said = process.communicate()
    assert process.returncode == 128 + number
    assert said == "interrupted: nothing was changed\n"
    assert list(scratch.iterdir()) == []
    assert repository.state == before


def test_one_that_is_ignored_stays_so(repository: Repository) -> None:
    """`nohup codemods ...` goes on when its terminal is closed."""
    script = "import os, signal, sys\nfrom codemods.__main__ import main\nos.kill(os.getpid(), signal.SIGHUP)\n"
    script += (
        "sys.argv[1:] = ['explain', 'dirty']\ncode = main()\nos.kill(os.getpid(), signal.SIGHUP)\nsys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=repository.root,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        check=False,
    )
    assert done.returncode == 0
