"""The pytest plugin. It is loaded in every pytest run, so it imports nothing until a fixture is asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

NEEDS = ("nats", "pytest_asyncio", "syrupy", "time_machine")
UPDATES = ("update_snapshots", "update_new_snapshots_only")
UNUSED = ("warn_unused_snapshots", "disable_unused_snapshots")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("characterize").addoption(
        "--tape-report",
        metavar="FILE",
        help="append a JSON line for each recorded test: counts, times, hash of its bytes",
    )


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        _refuse(
            config,
            UPDATES,
            "snapshots are not updated under CI: record them by hand, and look at the difference",
        )
        _refuse(config, UNUSED, "unused snapshots fail under CI, and that cannot be turned off")
    if all(find_spec(one) for one in NEEDS):
        from codemods.characterize import fixtures

        config.pluginmanager.register(fixtures, "codemods.characterize.fixtures")


def _refuse(config: pytest.Config, options: tuple[str, ...], why: str) -> None:
    if any(config.getoption(one, default=False) for one in options):
        raise pytest.UsageError(why)
