"""The plugin in pytest runs of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
SUBJECT = """
async def test_put(clock, connect, tape, recorded):
    nc = await connect("w")
    kv = await nc.jetstream().create_key_value(bucket="b")
    await kv.put("k", b"VALUE")
    await clock.advance(minutes=1)
    assert tape == recorded
"""


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")

    def run(*args: str, value: str = "1", ci: bool = False):
        pytester.makepyfile(test_it=SUBJECT.replace("VALUE", value))
        monkeypatch.setenv("CI", "true" if ci else "")
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--tape-rehearsals=0", *args)

    return run


def tape_file(pytester) -> Path:
    return pytester.path / "__snapshots__" / "test_it" / "test_put.tape"


def test_a_tape_is_one_readable_file_and_holds(run, pytester):
    assert run("--snapshot-update").ret == 0
    text = tape_file(pytester).read_text()
    assert "0:00:00.000  w       put b/k 1 -> 1\n" in text
    assert text.endswith("= 2 operations in 0:01:00.000\n")
    assert run(ci=True).ret == 0
    assert run(value="2", ci=True).ret == 1


def test_a_missing_recording_fails(run):
    assert run(ci=True).ret == 1


@pytest.mark.parametrize("option", ["--snapshot-update", "--snapshot-update-new-only"])
def test_under_ci_nothing_is_recorded(run, pytester, option):
    result = run(option, ci=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*not updated under CI*")
    assert not tape_file(pytester).exists()


def test_unused_recordings_fail(run, pytester):
    assert run("--snapshot-update").ret == 0
    tape_file(pytester).with_name("test_gone.tape").write_text("old")
    assert run().ret == 1
    assert run("--snapshot-warn-unused", ci=True).ret == pytest.ExitCode.USAGE_ERROR


def test_the_report_has_counts_and_hash(run, pytester):
    assert run("--snapshot-update", "--tape-report", "report.jsonl").ret == 0
    line = json.loads((pytester.path / "report.jsonl").read_text())
    assert line["operations"] == 2
    assert line["virtual_seconds"] == 60
    assert line["real_ms"] > 0
    assert len(line["sha256"]) == 64


def test_plain_pytest_starts_without_the_extras(pytester):
    """The plugin is in every run of an environment that has the tool, with or without what the kit needs."""
    code = """
import sys
MISSING = ("nats", "syrupy", "pytest_asyncio", "time_machine")
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in MISSING:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
import importlib.util, pytest
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in MISSING else find(name)
from codemods.characterize import plugin
sys.exit(pytest.main(["-p", "no:cacheprovider", "-q"], plugins=[plugin]))
"""
    pytester.makepyfile("def test_one(): pass")
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_fault_that_never_happens_fails_the_test(pytester):
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile("""
        async def test_put(clock, connect, faults):
            kv = await (await connect("w")).jetstream().create_key_value(bucket="b")
            faults.drop("putt", "b/*")
            faults.drop("get", "b/*").cancel()
            await kv.put("k", b"1")
        """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*faults that never happened: putt b/[*] dropped*", "*On the tape: create bucket b, put b/k*"]
    )


SHARED = """
PIDS = set()

async def put(connect, recorded, clock, tape, nats_server):
    PIDS.add(nats_server.pid)
    kv = await (await connect("w")).jetstream().create_key_value(bucket="b")
    await kv.put("k", b"1")
    assert tape == recorded

async def test_one(connect, recorded, clock, tape, nats_server):
    await put(connect, recorded, clock, tape, nats_server)

async def test_two(connect, recorded, clock, tape, nats_server):
    await put(connect, recorded, clock, tape, nats_server)

def test_processes():
    assert len(PIDS) == EXPECTED
"""


@pytest.mark.parametrize(("scope", "processes"), [("test", 2), ("session", 1)])
def test_a_server_for_each_test_or_for_all(pytester, monkeypatch, scope, processes):
    monkeypatch.delenv("CI", raising=False)
    settings = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
    pytester.makeini(settings + f"nats_server_scope = {scope}\n")
    pytester.makepyfile(test_it=SHARED.replace("EXPECTED", str(processes)))
    arguments = ("-p", "no:cacheprovider", "--snapshot-update", "--tape-rehearsals=0")
    assert pytester.runpytest_subprocess(*arguments).ret == 0
    first, second = sorted(pytester.path.rglob("*.tape"))
    assert first.read_text() == second.read_text()
    assert "put b/k 1 -> 1\n" in first.read_text()


def test_another_scope_is_an_error(pytester):
    pytester.makeini("[pytest]\nnats_server_scope = module\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*nats_server_scope is 'module'*test or session*")


def test_a_report_outside_of_the_folder_is_asked_for_as_one_word(run, pytester):
    outside = pytester.path.parent / "report.jsonl"
    assert run("--snapshot-update").ret == 0
    assert run("--tape-report=../report.jsonl").ret == run("--tape-report=../report.jsonl").ret == 0
    assert len(outside.read_text().splitlines()) == 2
    result = run("--tape-report", "../report.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*write --tape-report=../report.jsonl, as one word*")
