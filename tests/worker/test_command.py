"""The command line, as a person uses it: on real time, with a server of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
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
        for _ in range(2):  # the second one does not wait for jobs; a kill would leave its embedded server behind
            worker.terminate()
        try:
            worker.communicate(timeout=WITHIN)
        except subprocess.TimeoutExpired:
            worker.kill()


def lines_until(worker, text):
    """Read what the worker logs, up to a line with this text."""
    for line in worker.stderr:
        if text in line:
            return
    raise AssertionError(f"the worker ended before it said {text!r}")


def rest_of(worker):
    """What the worker still logs, to its end. `communicate` would lose what was read ahead."""
    log = worker.stderr.read()
    worker.wait(WITHIN)
    return log


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
        assert row.split()[:2] == ["w1", "alive"]
        (info,) = json.loads(call("list", "--json", *place).stdout)
        assert info["record"]["queues"] == ["default"]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WITHIN) == 0


def test_sigterm_lets_a_job_finish(tmp_path):
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place) as worker:
        call("enqueue", "nap", "0.5", "--id", "nap", *place)
        lines_until(worker, "Job nap runs")
        worker.send_signal(signal.SIGTERM)
        log = rest_of(worker)
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


# -- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "worker.samples:registry", "--log-level", "loud"], 2, "invalid choice: 'loud'"),  # E1
        (["enqueue", "add", "--set", "bad"], 2, "'bad': write NAME=VALUE"),  # E6
        (["enqueue"], 2, "the following arguments are required: function\n"),  # E8
        (["enqueue", "add", "--in", "soon"], 2, "'soon' is no time"),
        (
            ["run", "worker.samples:nope"],
            1,
            "There is no 'nope' in 'worker.samples' (registries there: registry)",
        ),  # E8
        (["list", "--url", "http://a"], 1, "'http://a' is no URL of a NATS server"),
        (["redrive"], 1, "which jobs?"),
        (["purge"], 2, "one of the arguments --queue --dead is required"),
    ],
)
def test_what_is_refused(arguments, code, said):
    done = call(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_that_makes_no_sense(tmp_path):
    done = call("list", "--embedded", str(tmp_path), env={**os.environ, "WORKER_HEARTBEAT_INTERVAL": "abc"})
    assert done.returncode == 1
    assert done.stderr == "worker: WORKER_HEARTBEAT_INTERVAL is 'abc', and must be a number\n"


def test_jobs_that_cannot_be(tmp_path):
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place):
        refused = call("enqueue", "add", "--attempts", "0", *place)  # E5
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
        waits = call("enqueue", "add", "1", "1", "--id", "child", "--after", "nope", *place)  # E4
        assert waits.returncode == 0
        assert "there is no job 'nope' yet" in waits.stderr
        assert "after     nope (nobody has enqueued it)" in call("job", "child", *place).stdout
        call("enqueue", "nap", "0", "--id", "j1", "--wait", *place)
        other = call("enqueue", "doomed", "--id", "j1", *place)  # E7
        assert other.returncode == 1
        assert other.stderr == "worker: Job 'j1' is there already, and calls 'nap'\n"
        assert 'result    "slept 0 s"' in call("job", "j1", *place).stdout  # E9
        slow = call("enqueue", "nap", "9", "--id", "slow", "--time-limit", "0.1", "--attempts", "1", "--wait", *place)
        assert slow.stderr == "worker: Job 'slow' failed: attempts exhausted: TimeoutError: after 0.1 s\n"  # E9
        assert call("job", "slow", *place).returncode == 0  # E10, as the help says


def test_a_step_has_no_error_of_the_one_before(tmp_path):
    """E9"""
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place, environment={"WORKER_BACKOFF_BASE": "0.1"}):
        call("enqueue", "flaky", "2", "--id", "f", "--wait", *place)
        history = json.loads(call("job", "f", "--json", *place).stdout)["history"]
        assert [(step["status"], "error" in step) for step in history] == [
            ("queued", False), ("running", False), ("retried", True), ("running", False), ("completed", False)
        ]  # fmt: skip


def test_embedded_takes_a_folder_always():
    """E11: an optional value ate the name of the function."""
    done = call("enqueue", "add", "2", "3", "--embedded")
    assert done.returncode == 2
    assert "expected one argument" in done.stderr
    assert call("list", "--embedded", "-").stdout == "No workers.\n"


def test_from_the_dead_letters_and_back(tmp_path):
    place = ["--embedded", str(tmp_path)]
    with running("worker.samples:registry", *place):
        assert call("enqueue", "doomed", "--id", "d", "--attempts", "1", "--wait", *place).returncode == 1
        assert "attempts exhausted" in call("dead", *place).stdout
        assert call("redrive", "d", *place).stdout == "d\n"
        assert call("redrive", "other", *place).stderr == "worker: no dead letter of: other\n"
        while not json.loads(call("dead", "--json", *place).stdout):
            pass
        shown = json.loads(call("jobs", "--json", "--status", "failed", *place).stdout)
        assert [job["job_id"] for job in shown["jobs"]] == ["d"]
        assert call("purge", "--dead", *place).stdout == "1 dead letters deleted\n"
        call("enqueue", "add", "1", "1", "--id", "later", "--in", "1h", *place)
        assert call("cancel", "later", *place).returncode == 0
        assert "later  cancelled" in " ".join(call("jobs", *place).stdout.split(" ")).replace("   ", "  ")
        call("schedule", "tick", "add", "1", "1", "--every", "1s", *place)
        assert "tick      @every 1s  add" in call("schedule", *place).stdout
        assert call("schedule", "tick", "--remove", *place).returncode == 0
        assert call("schedule", *place).stdout == "No schedules.\n"
        assert call("schedule", "tick", "--remove", *place).returncode == 1


def test_burst_ends_when_there_is_nothing_left(tmp_path):
    place = ["--embedded", str(tmp_path)]
    for number in range(3):
        call("enqueue", "add", str(number), "1", "--id", f"n{number}", *place)
    done = call("run", "worker.samples:registry", "--burst", *place)
    assert done.returncode == 0
    assert call("job", "n2", *place).stdout.splitlines()[0].split() == ["n2", "add", "completed"]
