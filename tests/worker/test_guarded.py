"""Being let in by servers that do not let everybody in, and what is said by one that is not."""

from __future__ import annotations

import asyncio
import os

import pytest

from worker import Registry, ServerUnavailableError, Worker, WorkerError, open_client
from worker.access import Access

pytest.importorskip("nkeys", reason="pip install '.[worker]' brings it")
pytest.importorskip("trustme", reason="pip install '.[test]' brings it")

from tests.worker.guarded import DOORS, SECRET, by_password, guarded_server
from tests.worker.live import FAST
from tests.worker.test_command import call


@pytest.fixture(params=DOORS)
def door(request, tmp_path):
    return DOORS[request.param](tmp_path)


@pytest.fixture
async def url(tmp_path, door):
    async with guarded_server(tmp_path, door) as url:
        yield url


async def command(*arguments):
    return await asyncio.to_thread(call, *arguments, env={**os.environ, "WORKER_CONNECT_TIMEOUT": "1"})


async def test_a_job_is_enqueued_and_run(url, door):
    registry = Registry()

    @registry.job
    async def add(a, b):
        return a + b

    worker = Worker(registry, url=url, access=door.access, settings=FAST)
    await worker.start()
    try:
        async with open_client(url, FAST, door.access) as client:
            assert await (await client.enqueue("add", 2, 3)).result(60) == 5
    finally:
        await worker.stop()


async def test_a_command(url, door):
    done = await command("list", "--url", url, *door.options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No workers.\n", "")


async def test_whoever_has_nothing_to_show(url, door):
    """One sentence, in bounded time, and no secret in it."""
    without = url.replace(door.user, "")
    with pytest.raises(ServerUnavailableError, match="No NATS server answers at") as caught:
        async with open_client(without, FAST):
            pass
    assert SECRET not in str(caught.value)
    done = await command("list", "--url", without)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr


async def test_files_named_by_the_environment(url, door, monkeypatch):
    names = {"--creds": "NATS_CREDS", "--nkey": "NATS_NKEY", "--tls-ca": "NATS_CA", "--tls-cert": "NATS_CERT"}
    for option, file in zip(door.options[::2], door.options[1::2], strict=True):
        monkeypatch.setenv(names.get(option, "NATS_KEY"), file)
    assert Access.from_environment() == door.access
    assert (await command("list", "--url", url)).stdout == "No workers.\n"


@pytest.mark.parametrize("option", ["creds", "nkey"])
@pytest.mark.parametrize("content", [b"", b"no key", b"\xff" * 100, b"-----BEGIN NATS USER JWT-----\nx\n"], ids=repr)
async def test_a_file_that_holds_no_key(tmp_path, option, content):
    """The library reads such credentials for ever."""
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(WorkerError, match=f"{tmp_path}/file") as caught:
        Access(**{option: str(tmp_path / "file")}).options()
    assert content == b"" or repr(content)[2:-1] not in str(caught.value)


async def test_the_password_is_not_logged_when_the_server_goes(tmp_path, caplog):
    """M7"""
    async with guarded_server(tmp_path, by_password(tmp_path)) as url:
        worker = Worker(Registry(), url=url, settings=FAST)
        await worker.start()
        gone = asyncio.Event()
        said = worker._on_disconnected

        async def disconnected():
            await said()
            gone.set()

        worker.nc._disconnected_cb = disconnected
    await gone.wait()
    await worker.stop()
    assert "lost its connection to nats://127.0.0.1" in caplog.text
    assert SECRET not in caplog.text
