"""When tapes may be recorded, and what has to happen first: the plugin's part of a recording run."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pytest

from codemods.characterize.rehearsal import Judge, Part, Rehearsal, rehearse, write

UPDATES = ("update_snapshots", "update_new_snapshots_only")
UNUSED = ("warn_unused_snapshots", "disable_unused_snapshots")
REHEARSALS = pytest.StashKey[list[Rehearsal]]()


def rehearsing(config: pytest.Config) -> Part | None:
    """Which rehearsal this run is; None when it is none."""
    return Part.parse(config.option.tape_rehearsal) if config.option.tape_rehearsal else None


def is_recording(config: pytest.Config) -> bool:
    """Whether what differs is written, instead of failing."""
    return any(config.getoption(one, default=False) for one in UPDATES)


def _count(config: pytest.Config) -> int:
    return config.option.tape_rehearsals


def check_options(config: pytest.Config) -> None:
    """Raise UsageError for a run in which recordings would come about by accident."""
    server_scope(config)
    if _count(config) < 0:
        raise pytest.UsageError("--tape-rehearsals is a number of runs, 0 or more")
    _check_report(config)
    if rehearsing(config):
        for option in UPDATES:
            setattr(config.option, option, False)
    elif is_recording(config) and (getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput")):
        raise pytest.UsageError("snapshots are not updated in several processes at once: run without -n")
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        if is_recording(config):
            raise pytest.UsageError(
                "snapshots are not updated under CI: record them by hand, and look at the difference"
            )
        if any(config.getoption(one, default=False) for one in UNUSED):
            raise pytest.UsageError("unused snapshots fail under CI, and that cannot be turned off")


def _check_report(config: pytest.Config) -> None:
    """pytest looks for its root before it knows our options, and takes a file that is given apart for a test."""
    given, folder = [str(one) for one in config.invocation_params.args], config.invocation_params.dir
    if "--tape-report" in given[:-1]:
        file = given[given.index("--tape-report") + 1]
        if not (folder / file).resolve().is_relative_to(folder.resolve()):
            raise pytest.UsageError(
                f"write --tape-report={file}, as one word: written apart, pytest takes the file for a test "
                "and looks for its settings above it"
            )


def server_scope(config: pytest.Config) -> str:
    """What has a server of its own, "test" or "session"; UsageError for another setting."""
    scope = config.getini("nats_server_scope")
    if scope not in ("test", "session"):
        raise pytest.UsageError(f"nats_server_scope is {scope!r} in pytest's settings; it can be test or session")
    return scope


def rehearse_all(session: pytest.Session) -> None:
    """Before the first test of a recording run: the rehearsals, of the same tests with the same options."""
    config = session.config
    wanted = [one for one in session.items if "recorded" in getattr(one, "fixturenames", ())]
    count = _count(config)
    if not wanted or not is_recording(config) or config.option.collectonly or rehearsing(config):
        return
    given = config.invocation_params
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    rehearsals = config.stash[REHEARSALS] = []
    for number in range(1, count + 1):
        if reporter:
            reporter.write_line(f"rehearsal {number} of {count}, of {len(wanted)} tests that are to be recorded")
        rehearsals.append(rehearse([str(one) for one in given.args], given.dir, number))


def judge_for(item: pytest.Item) -> Callable[[str], None] | None:
    """Who looks at the tapes of this test, before they are recorded."""
    if part := rehearsing(item.config):
        return partial(write, part.file, item.nodeid)
    rehearsals = item.config.stash.get(REHEARSALS, [])
    return Judge(item.nodeid, rehearsals) if rehearsals else None
