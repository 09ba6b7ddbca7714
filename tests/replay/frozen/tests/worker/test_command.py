"""The command line, as a person uses it: on real time, with a server of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys

import pytest

PYTHON = [sys.executable, "-m", "worker"]
WITHIN = 60.0  # seconds for a command that waits for an event; never waited out when all is well


def call(*arguments, **options):
    return subprocess.run([*PYTHON, *arguments], capture_output=True, text=True, timeout=WITHIN, check=False, **options)


@contextlib.contextmanager
def running(*arguments, environment=None):
    """A worker in a process of its own, once it takes jobs."""
    worker = subprocess.Popen(
        [*PYTHON, "run", *arguments], stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    )
    assert worker.stderr is not None
    try:
        for line in worker.stderr:
            if "takes jobs from" in line:
                break
        yield worker
    finally:
        if worker.poll() is None:
            worker.kill()
        worker.communicate()


@pytest.fixture
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.mark.parametrize("command", [["list"], ["job", "x"], ["enqueue", "add"], ["run", "worker.samples:registry"]])
def test_no_server(free_port, command):
    url = f"nats://127.0.0.1:{free_port}"
    done = call(*command, "--url", url, env={**os.environ, "WORKER_CONNECT_TIMEOUT": "0.5"})
    assert done.returncode == 1
    assert done.stdout == ""
    *_, last = done.stderr.splitlines()
    assert last.startswith(f"worker: No NATS server answers at {url}")
    assert "Traceback" not in done.stderr


def test_jobs_from_start_to_end(tmp_path):
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", "--id", "w1", *place, environment={"WORKER_BACKOFF_BASE": "0.1"}) as worker:
        done = call("enqueue", "add", "2", "3", "--id", "sum", "--wait", *place)
        assert (done.returncode, done.stdout) == (0, "sum\n5\n")
        again = call("enqueue", "add", "2", "3", "--id", "sum", *place)
        assert again.stdout == "sum (there already)\n"
        done = call("enqueue", "flaky", "2", "--wait", *place)
        assert done.stdout.splitlines()[1] == '"through at attempt 2"'
        failed = call("enqueue", "doomed", "--id", "doomed", "--wait", *place)
        assert failed.returncode == 1
        assert failed.stderr.startswith("worker: Job 'doomed' failed: ")
        shown = call("job", "doomed", *place)
        assert "failed" in shown.stdout
        record = json.loads(call("job", "sum", "--json", *place).stdout)
        assert (record["status"], record["result"]) == ("completed", 5)
        header, row = call("list", *place).stdout.splitlines()
        assert header.split()[:3] == ["WORKER", "HEALTH", "STATUS"]
        assert row.split()[:3] == ["w1", "alive", "idle"]
        (info,) = json.loads(call("list", "--json", *place).stdout)
        assert info["record"]["queues"] == ["default"]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WITHIN) == 0


def test_sigterm_lets_a_job_finish(tmp_path):
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place) as worker:
        call("enqueue", "nap", "0.5", "--id", "nap", *place)
        while "running" not in call("job", "nap", *place).stdout:
            pass
        worker.send_signal(signal.SIGTERM)
        _, log = worker.communicate(timeout=WITHIN)
        assert worker.returncode == 0
        assert "Job nap completed" in log


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("nowhere:registry", "Cannot import 'nowhere'"),
        ("worker.samples", "write module:registry"),
        ("worker.samples:add", "is not a Registry but function"),
    ],
)
def test_no_registry(registry, said):
    done = call("run", registry)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_job_that_is_not_there(tmp_path):
    done = call("job", "nothing", "--embedded", str(tmp_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_help_has_examples():
    done = call("--help")
    assert done.returncode == 0
    assert "examples:" in done.stdout


def test_logs_as_json(tmp_path):
    worker = subprocess.Popen(
        [*PYTHON, "run", "worker.samples:registry", "--log-format", "json", "--embedded", str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stderr is not None
    try:
        for line in worker.stderr:
            if "takes jobs from" in json.loads(line)["message"]:
                break
        worker.send_signal(signal.SIGTERM)
        rest, _ = worker.communicate(timeout=WITHIN), None
    finally:
        if worker.poll() is None:
            worker.kill()
    assert all(json.loads(line) for line in (rest[1] or "").splitlines())
    assert worker.returncode == 0
