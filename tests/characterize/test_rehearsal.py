"""What is not deterministic is not recorded: races, chance, and order that nobody decided."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SUBJECTS = '''
import asyncio
import random
import sys
import threading

import pytest


@pytest.fixture
async def kv(connect):
    return await (await connect("w")).jetstream().create_key_value(bucket="b")


async def test_race(clock, kv, tape, recorded):
    """Two jobs in threads, and whoever is ready first writes first."""
    async def work(name):
        await asyncio.to_thread(lambda: None)
        await kv.put("winner", name.encode())

    await asyncio.gather(work("one"), work("two"))
    assert tape == recorded


async def test_no_race(clock, kv, tape, recorded):
    """The same work, but what comes of it is written in the order in which it was asked for."""
    for name in await asyncio.gather(*(asyncio.to_thread(lambda name=name: name) for name in ("one", "two"))):
        await kv.put("winner", name.encode())
    assert tape == recorded


async def test_meeting(clock, kv, tape, recorded):
    """One job waits for another, so that they cannot go one by one."""
    door = threading.Barrier(2)
    await asyncio.gather(asyncio.to_thread(door.wait), asyncio.to_thread(door.wait))
    await kv.put("met", b"1")
    assert tape == recorded


async def test_chance(clock, kv, tape, recorded):
    await kv.put("k", b'{"n": 1, "delay": %.6f}' % random.random())
    assert tape == recorded


async def test_order(clock, kv, tape, recorded):
    for name in {f"queue-{number}" for number in range(20)}:
        await kv.put(name, b"1")
    assert tape == recorded


async def test_elsewhere(clock, kv, tape, recorded):
    """Fails in a rehearsal."""
    assert not any("rehearsal" in one for one in sys.argv)
    assert tape == recorded


async def test_second(clock, kv, tape, recorded):
    """The first tape is the same each time, and the second is not."""
    assert tape == recorded
    await kv.put("k", b"%.6f" % random.random())
    assert tape == recorded
'''
SETTINGS = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"


@dataclass(frozen=True)
class Run:
    """What a recording run said and left."""

    output: str
    status: int
    folder: Path

    def failure(self, test: str) -> str | None:
        """What it said of a test that failed."""
        found = re.search(rf"^_+ {test} _+$(.*?)(?=^_+ test_|^-+ snapshot report)", self.output, re.M | re.S)
        return found[1] if found else None

    def recorded(self) -> set[str]:
        return {one.name.removesuffix(".tape") for one in self.folder.rglob("*.tape")}


def record(folder: Path, *options: str) -> Run:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--snapshot-update", *options]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Run(done.stdout + done.stderr, done.returncode, folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("subjects")
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "test_it.py").write_text(SUBJECTS)
    old = folder / "__snapshots__" / "test_it" / "test_chance.tape"
    old.parent.mkdir(parents=True)
    old.write_text("as it was\n")
    return record(folder)


def test_the_rehearsals_are_announced(run):
    assert "rehearsal 1 of 2, of 7 tests that are to be recorded\nrehearsal 2 of 2" in run.output
    assert run.status == pytest.ExitCode.TESTS_FAILED


def test_a_race_between_threads_is_reported_and_not_recorded(run):
    said = run.failure("test_race")
    assert "NotDeterministicError: not deterministic, so not recorded" in said
    assert re.search(r'here: .* put b/winner "(one|two)" .*\n.*rehearsal: .* put b/winner (?!"\1")', said)
    assert "threads that race" in said
    assert "test_race" not in run.recorded()


@pytest.mark.parametrize("test", ["test_no_race", "test_meeting"])
def test_threads_that_do_not_race_are_recorded(run, test):
    assert run.failure(test) is None
    assert test in run.recorded()


def test_chance_is_reported_with_the_field_and_what_was_recorded_before_stays(run):
    assert "The field 'delay' differs. Declare it with tape.volatile('delay')" in run.failure("test_chance")
    assert (run.folder / "__snapshots__/test_it/test_chance.tape").read_text() == "as it was\n"


def test_the_order_of_a_set_is_reported(run):
    assert "the order of a set" in run.failure("test_order")
    assert "test_order" not in run.recorded()


def test_a_test_that_fails_elsewhere_is_reported_with_what_it_said(run):
    said = run.failure("test_elsewhere")
    assert "did not get as far as its tape" in said and "failed" in said
    assert "test_elsewhere" not in run.recorded()


def test_each_tape_of_a_test_is_looked_at(run):
    assert run.recorded() >= {"test_second"}
    assert "test_second.1" not in run.recorded()
    assert "not deterministic" in run.failure("test_second")


def test_who_wants_no_rehearsal_records_at_once(tmp_path):
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_it.py").write_text(SUBJECTS)
    run = record(tmp_path, "--tape-rehearsals=0", "-k", "test_chance")
    assert (run.status, run.recorded()) == (0, {"test_chance"})
    run = record(tmp_path, "--tape-rehearsals=-1")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "--tape-rehearsals is a number of runs, 0 or more" in run.output
