"""The pytest plugin. It is loaded in every pytest run, so it imports nothing until a fixture is asked for."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

import pytest

NEEDS = ("nats", "pytest_asyncio", "syrupy", "time_machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("characterize", "recordings of what code says to NATS")
    group.addoption(
        "--tape-report",
        metavar="FILE",
        help="append a JSON line for each recorded test: counts, times, hash of its bytes",
    )
    group.addoption(
        "--tape-rehearsals",
        metavar="N",
        type=int,
        default=2,
        help="before tapes are recorded, run their tests N times in other processes, and refuse those that differ "
        "(default: 2)",
    )
    group.addoption("--tape-rehearsal", help=argparse.SUPPRESS)
    parser.addini(
        "nats_server_scope", "what has a nats-server of its own: each `test`, or the whole `session`", default="test"
    )


def pytest_configure(config: pytest.Config) -> None:
    from codemods.characterize import recording

    recording.check_options(config)
    if all(find_spec(one) for one in NEEDS):
        from codemods.characterize import fixtures

        config.pluginmanager.register(fixtures, "codemods.characterize.fixtures")


def pytest_collection_finish(session: pytest.Session) -> None:
    from codemods.characterize import recording

    recording.rehearse_all(session)
