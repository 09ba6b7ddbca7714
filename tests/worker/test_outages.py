"""The server goes away, or has no leader for a while: calls go on waiting, and a worker that shall stop does stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from codemods.characterize.server import NatsServer
from tests.worker.test_command import call, lines_until, rest_of, running
from worker import Job, JobClient, JobStatusManager, Settings

SETTINGS = Settings()


def test_the_embedded_server_is_killed_under_its_worker(tmp_path):
    """E2: it logged for ever that it was not connected, and the next one ran the job a second time."""
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place) as worker:
        (ports,) = tmp_path.glob("*.ports")
        os.kill(int(ports.stem.rpartition("_")[2]), signal.SIGKILL)
        lines_until(worker, "is connected again")
        assert call("enqueue", "add", "2", "3", "--id", "sum", "--wait", *place).stdout == "sum\n5\n"
        worker.send_signal(signal.SIGTERM)
        log = rest_of(worker)
        assert worker.returncode == 0
        assert "Traceback" not in log


@pytest.mark.parametrize("function", ["nap", "doze"])
def test_a_worker_without_a_server_is_told_to_stop(tmp_path, function, monkeypatch):
    """H6, E2: it ended in three tracebacks of the library."""
    (tmp_path / "tasks.py").write_text(
        "import asyncio, time\nfrom worker import Registry\n\nregistry = Registry()\n\n\n"
        "@registry.job\nasync def nap():\n    await asyncio.sleep(3600)\n\n\n"
        "@registry.job\ndef doze():\n    time.sleep(3600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path.cwd()))))
    server = NatsServer().start()
    try:
        with running("tasks:registry", "--url", server.url, environment={"WORKER_REQUEST_TIMEOUT": "1"}) as worker:
            call("enqueue", function, "--url", server.url)
            lines_until(worker, f"runs {function}")
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            lines_until(worker, "lost its connection")
            worker.send_signal(signal.SIGTERM)
            lines_until(worker, "waiting for 1 jobs")
            worker.send_signal(signal.SIGTERM)
            log = rest_of(worker)
            assert worker.returncode == 0
            assert "Traceback" not in log
    finally:
        server.close()


async def test_a_leader_is_lost_while_a_result_is_waited_for(clock, connect, faults):
    """M6: reads fail at once for some seconds, and a request that times out looks like the caller's own limit."""
    client = JobClient(await connect("client"), SETTINGS)
    await client.open()
    handle = await client.enqueue("add", 1, 1, job_id="sum")
    jobs = JobStatusManager((await connect("w1")).jetstream(), SETTINGS, worker_id="w1")
    await jobs.open()
    faults.no_responders("get", "bucket jobs", times=3)
    faults.no_responders("get", "bucket results", times=3)
    result = asyncio.create_task(handle.result())
    await clock.advance(10)
    assert not result.done()
    await jobs.running(Job("sum", "add"), 1)
    await jobs.completed(Job("sum", "add"), 2)
    await clock.advance(10)
    assert await result == 2
    assert faults.never_struck() == []


async def test_a_leader_is_lost_while_workers_are_listed(clock, connect, faults):
    """M6"""
    client = JobClient(await connect("client"), SETTINGS)
    await client.open()
    faults.no_responders("info", "bucket workers", times=3)
    listed = asyncio.create_task(client.workers())
    await clock.advance(10)
    assert await listed == []
    assert faults.never_struck() == []


def test_a_library_is_not_installed(tmp_path):
    """E: `python -m worker --help` was a traceback."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['nats'] = None\n")
    done = call("--help", env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("worker: nats is not installed; ")
    assert len(done.stderr.splitlines()) == 1


def test_a_library_for_web_sockets_is_not_installed(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['aiohttp'] = None\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))}
    done = call("list", "--url", "ws://127.0.0.1:9", env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("worker: No NATS server answers at ws://127.0.0.1:9: ")
    assert "aiohttp" in done.stderr
    assert len(done.stderr.splitlines()) == 1
