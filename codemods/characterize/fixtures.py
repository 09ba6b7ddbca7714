"""The fixtures: `nats_server`, `tape`, `clock`, `faults`, `connect`, `recorded`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from codemods.characterize.recording import judge_for, rehearsing, server_scope

if TYPE_CHECKING:
    from nats.aio.client import Client
    from syrupy.assertion import SnapshotAssertion

    from codemods.characterize.clock import VirtualClock
    from codemods.characterize.faults import Faults
    from codemods.characterize.server import NatsServer
    from codemods.characterize.tap import Tap
    from codemods.characterize.tape import Tape


@pytest.fixture
def nats_server(request: pytest.FixtureRequest) -> Iterator[NatsServer]:
    """A real nats-server with JetStream and an empty store, for this test alone.

    With `nats_server_scope = session` in pytest's settings, all tests share one process, emptied before each.
    """
    from codemods.characterize.server import NatsServer

    if server_scope(request.config) == "session":
        server = request.getfixturevalue("nats_server_of_session")
        server.empty()
        yield server
    else:
        with NatsServer() as server:
            yield server


@pytest.fixture(scope="session")
def nats_server_of_session() -> Iterator[NatsServer]:
    """The one process that tests share, where they do; ask for `nats_server`."""
    from codemods.characterize.server import NatsServer

    with NatsServer() as server:
        yield server


@pytest.fixture
def nats_tap(nats_server: NatsServer) -> Iterator[Tap]:
    """The tap before the server. Code under test connects to `nats_tap.url`."""
    from codemods.characterize.tap import Tap

    tap = Tap(nats_server.host, nats_server.port)
    yield tap
    tap.close()


@pytest.fixture
def nats_url(nats_tap: Tap) -> str:
    """Where code under test connects to be recorded."""
    return nats_tap.url


@pytest.fixture
def tape(nats_tap: Tap, request: pytest.FixtureRequest) -> Iterator[Tape]:
    """All that clients say to the server and hear from it, what is logged, what is raised."""
    from codemods.characterize.tape import Tape

    tape = Tape(nats_tap)
    tape.judge = judge_for(request.node)
    tape.start()
    yield tape
    tape.stop()
    if rehearsing() is None and (report := request.config.getoption("--tape-report")) and tape.report():
        line = {"test": request.node.nodeid, **tape.report()}
        with Path(report).open("a") as file:
            file.write(json.dumps(line) + "\n")


@pytest_asyncio.fixture
async def clock(nats_tap: Tap) -> AsyncIterator[VirtualClock]:
    """Time stands still, but for `await clock.advance(...)`, and works in lock-step with the server."""
    from codemods.characterize.clock import VirtualClock
    from codemods.characterize.threads import OneByOne

    clock = VirtualClock(nats_tap)
    if (number := rehearsing()) is not None:
        clock.selector.one_by_one = OneByOne(newest_first=number % 2 == 1)
    yield clock
    clock.stop()


@pytest.fixture
def faults(nats_tap: Tap, nats_server: NatsServer, request: pytest.FixtureRequest) -> Iterator[Faults]:
    """Break connections, single operations, or the server."""
    from codemods.characterize.faults import Faults
    from codemods.characterize.records import Operation

    faults = Faults(nats_tap, nats_server)
    failed_before = request.session.testsfailed
    yield faults
    if request.session.testsfailed == failed_before and (never := faults.never_struck()):
        names = sorted({f"{one.op} {one.target}" for one in nats_tap.records if isinstance(one, Operation)})
        pytest.fail(
            "faults that never happened: "
            + ", ".join(f"{one.op} {one.target} {one.what}" for one in never)
            + f"\nName an operation as it is on the tape, or cancel the fault. On the tape: {', '.join(names)}",
            pytrace=False,
        )


@pytest_asyncio.fixture
async def connect(nats_tap: Tap, tape: Tape) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Make a client whose operations are on the tape: `nc = await connect("worker-1")`."""
    import nats

    clients: list[Client] = []
    asyncio.get_running_loop().set_exception_handler(tape.unhandled)

    async def quiet(error: Exception) -> None:
        pass

    async def make(name: str | None = None, **options: Any) -> Client:
        options = {"error_cb": quiet, "max_reconnect_attempts": -1, **options}
        client = await nats.connect(nats_tap.url, name=name, **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def recorded(snapshot: SnapshotAssertion, clock: VirtualClock) -> SnapshotAssertion:
    """The recording of an earlier run, one file a test: `assert tape == recorded`."""
    from codemods.characterize.snapshot import RehearsalExtension, TapeExtension

    return snapshot.use_extension(TapeExtension if rehearsing() is None else RehearsalExtension)
