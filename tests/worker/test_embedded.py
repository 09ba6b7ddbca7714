"""A server of one's own in a directory: one at a time, and always one while somebody uses it."""

from __future__ import annotations

import asyncio
import os
import signal

import nats
import pytest

from tests.worker.live import PATIENCE
from worker import ServerUnavailableError, embedded
from worker.embedded import EmbeddedServer, embedded_server


def pid_of(directory):
    (path,) = directory.glob("*.ports")
    return int(path.stem.rpartition("_")[2])


async def answers(url):
    nc = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.05)
    info = await nc.jetstream().account_info()
    await nc.close()
    return info is not None


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 -- of other processes nobody tells
            await asyncio.sleep(0.02)


async def test_all_that_start_together_have_the_same_server(tmp_path):
    """H6: two nats-servers on one store; what one enqueued the other never saw."""
    servers = [EmbeddedServer(tmp_path) for _ in range(4)]
    try:
        await asyncio.gather(*(one.find_or_start() for one in servers))
        assert len({one.url for one in servers}) == 1
        assert len(list(tmp_path.glob("*.ports"))) == 1
    finally:
        for one in servers:
            await one.stop()


async def test_a_server_that_is_killed_is_started_again_at_its_port(tmp_path):
    """E2: a worker logged for ever that it was not connected."""
    async with embedded_server(tmp_path) as url:
        first = pid_of(tmp_path)
        os.kill(first, signal.SIGKILL)

        async def another():
            return [path for path in tmp_path.glob("*.ports") if str(first) not in path.name]

        await until(another)
        assert await answers(url)


async def test_a_server_whose_owner_leaves_is_taken_over(tmp_path, monkeypatch):
    """H6: `enqueue --wait` had started it, and took it along; the worker was left without."""
    monkeypatch.setattr(embedded, "LOOK_INTERVAL", 0.02)
    owner = EmbeddedServer(tmp_path)
    await owner.find_or_start()
    async with embedded_server(tmp_path) as url:
        assert url == owner.url
        first = pid_of(tmp_path)
        await owner.stop()

        async def another():
            return [path for path in tmp_path.glob("*.ports") if str(first) not in path.name]

        await until(another)
        assert await answers(url)


async def test_a_server_that_cannot_be_started_again(tmp_path, monkeypatch):
    """Its user hears of it, in one sentence."""
    lost: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
    async with embedded_server(tmp_path, lost.set_result):
        first = pid_of(tmp_path)

        async def broken(self, port, lock):
            raise OSError("no more processes")

        monkeypatch.setattr(EmbeddedServer, "_spawn", broken)
        os.kill(first, signal.SIGKILL)
        error = await asyncio.wait_for(lost, PATIENCE)
    assert isinstance(error, ServerUnavailableError)
    assert "is gone, and cannot be started again: no more processes" in str(error)


@pytest.mark.parametrize("ports", [b"", b"[]", b"\xff", b'{"nats": ["nats://127.0.0.1:1"]}'], ids=repr)
async def test_what_a_killed_server_left(tmp_path, ports):
    (tmp_path / "nats-server_99999.ports").write_bytes(ports)
    async with embedded_server(tmp_path) as url:
        assert await answers(url)


async def test_nobody_else_may_read_the_store(tmp_path):
    home = tmp_path / "store"
    async with embedded_server(home):
        assert home.stat().st_mode & 0o077 == 0
