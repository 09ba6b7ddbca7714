"""A command imports what it uses, and answers an interrupt at once. Nothing here looks at a clock."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run, fingerprint

MOVE = ["extract", "shop/worker.py", "shop/status.py", "Status"]
HEAVY = {"libcst", "rich", "symtable", "nats", "pytest", "multiprocessing", "subprocess"}
LOADED = "import sys; from codemods.__main__ import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
LOADED += "print('loaded', *sys.modules, file=sys.stderr)"


def loaded(root: Path, *argv: str) -> set[str]:
    """The heavy modules that a command has imported by its end, and the stages of the house."""
    command = [sys.executable, "-c", LOADED, *argv]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    names = ran.stderr.rpartition("loaded ")[2].split()
    stages = {f"codemods.{stage}" for stage in ("planning", "rewriting", "proof", "applying", "trying", "project")}
    return {name for name in names if name in HEAVY | stages}


@pytest.mark.parametrize("argv", [["--help"], ["extract", "--help"], ["prove", "--help"], ["nonsense"]], ids=" ".join)
def test_help_imports_nothing(root: Path, argv: list[str]) -> None:
    assert loaded(root, *argv) == set()


def test_a_check_rewrites_and_proves_nothing(root: Path) -> None:
    """`--plan` does: it ends as the move itself would."""
    found = loaded(root, *MOVE, "--check")
    assert not found & {"libcst", "rich", "symtable", "codemods.rewriting", "codemods.proof", "codemods.trying"}


def test_a_check_of_a_finished_move_looks_at_two_files(root: Path, run: Run) -> None:
    assert run(*MOVE).code == 0
    found = loaded(root, *MOVE, "--check")
    assert not found & {"libcst", "rich", "symtable", "subprocess", "codemods.rewriting", "codemods.proof"}


def test_a_move_imports_no_more_than_it_uses(root: Path) -> None:
    assert not loaded(root, *MOVE) & {"rich", "nats", "pytest", "codemods.trying", "multiprocessing"}


def test_undo_imports_no_parser(root: Path, run: Run) -> None:
    run(*MOVE)
    found = loaded(root, "undo")
    assert not found & {"libcst", "rich", "codemods.planning", "codemods.rewriting", "codemods.proof"}


WAITING = """
import sys, threading
from codemods import face
from codemods.__main__ import main

def prove(*_):
    print("proving", flush=True)
    threading.Event().wait()

face.prove = prove
sys.exit(main(sys.argv[1:]))
"""


def test_an_interrupt_is_one_line_and_changes_nothing(root: Path) -> None:
    before = fingerprint(root)
    command = [sys.executable, "-c", WAITING, *MOVE]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "proving\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "interrupted: nothing was changed\n")
    assert fingerprint(root) == before


def test_the_times_of_the_stages(root: Path, run: Run) -> None:
    told = run(*MOVE, "--profile", "--quiet")
    stages = [line.split(" s  ")[1].strip() for line in told.err.splitlines()]
    assert told.out == ""
    assert [stage for stage in stages if " the tree" not in stage] == [
        "planning", "rewriting", "asking git", "proving", "writing", "in all"
    ]  # fmt: skip
    assert "listing the tree" in stages
