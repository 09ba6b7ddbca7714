"""The command: what was measured is what docs and code say, and a sample of it is measured again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .test_measuring import ROOT


def call(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "mutating", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_docs_results_and_code_agree():
    done = call("--check")
    assert (done.stdout, done.stderr, done.returncode) == ("docs, results and code agree\n", "", 0)


def test_a_sample_is_killed_again():
    done = call("--sample", "12")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "12 of a sample of 12 mutants are killed\n"


def test_a_mutant_is_shown():
    name = call("--list", "FailedJobHandler").stdout.split()[0]
    done = call("--show", name)
    assert done.returncode == 0
    assert [line[0] for line in done.stdout.splitlines()[2:] if line[0] in "+-"] in (["-", "+"], ["-"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["Nobody"],
            "A class Nobody is wanted from the package worker once, and no module defines it.",
        ),
        (["--show", "x"], "There is no mutant x; scripts/mutation --list names them all."),
    ],
)
def test_wrong_usage(arguments, said):
    done = call(*arguments)
    assert (done.returncode, done.stderr.strip()) == (2, f"scripts/mutation: {said}")
