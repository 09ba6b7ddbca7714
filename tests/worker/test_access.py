"""Where the servers are, and what lets us in; nothing secret is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worker.test_command import call
from worker import Settings, WorkerError, WorkerIdTakenError
from worker.access import Access, shown, split_urls

SECRET = "S3cret"


@pytest.mark.parametrize(
    "given", ["nats://a:4222,nats://b:4222", ["nats://a:4222", "nats://b:4222"], " nats://a:4222 , nats://b:4222,"]
)
def test_several_servers(given):
    assert split_urls(given) == ["nats://a:4222", "nats://b:4222"]


@pytest.mark.parametrize(
    "url", ["", "http://a:4222", "nats://", f"nats://bob:{SECRET}@a:x", f"nats://bob:{SECRET}@:4222"]
)
def test_what_is_no_url(url):
    with pytest.raises(WorkerError) as caught:
        split_urls(url)
    assert SECRET not in str(caught.value)


def test_nothing_secret_is_shown():
    assert shown(f"nats://bob:{SECRET}@a:4222,tls://{SECRET}@b") == "nats://a:4222, tls://b"
    assert SECRET not in repr(Access(creds=SECRET, nkey=SECRET, tls_key=SECRET))


@pytest.mark.parametrize("command", [["list"], ["--help"], ["run", "--help"], ["run", "worker.samples:registry"]])
def test_no_command_shows_the_password(command, free_port, monkeypatch):
    monkeypatch.setenv("NATS_URL", f"nats://bob:{SECRET}@127.0.0.1:{free_port}")
    monkeypatch.setenv("WORKER_CONNECT_TIMEOUT", "0.3")
    done = call(*command)
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_files_that_are_not_there(tmp_path):
    for option in ("creds", "nkey", "tls_ca", "tls_cert"):
        with pytest.raises(WorkerError, match="cannot be read"):
            Access(**{option: str(tmp_path / "none")}).options()
    (tmp_path / "bad").write_text("no certificate")
    with pytest.raises(WorkerError, match="certificates cannot be used"):
        Access(tls_ca=str(tmp_path / "bad")).options()


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("HEARTBEAT_INTERVAL", "abc", "WORKER_HEARTBEAT_INTERVAL is 'abc', and must be a number"),
        ("MAX_ATTEMPTS", "1.5", "WORKER_MAX_ATTEMPTS is '1.5', and must be a whole number"),
        ("DRAIN_TIMEOUT", "-1", "drain_timeout is -1.0, and must be 0 or more"),
        ("REQUEST_TIMEOUT", "nan", "request_timeout is nan, and must be more than 0"),
        ("RECORD_PAUSES", "1,x", "numbers with commas"),
        ("JOBS_BUCKET", "a.b", "jobs_bucket is 'a.b'"),
        ("MAX_ATTEMPTS", "0", "max_attempts is 0, and must be more than 0"),
    ],
)
def test_settings_that_make_no_sense(variable, text, said):
    """E5"""
    with pytest.raises(ValueError, match="and must be") as caught:
        Settings.from_environment({"WORKER_" + variable: text})
    assert said in str(caught.value)


def test_settings_that_there_are_not(caplog):
    """E5: a slip is told; what Kubernetes sets for a service called `worker` is none."""
    kubernetes = {"WORKER_SERVICE_HOST": "10.0.0.1", "WORKER_PORT_80_TCP": "tcp://10.0.0.1:80", "WORKER_PORT": "tcp://"}
    Settings.from_environment({"WORKER_HEARTBEATS": "100", **kubernetes})
    assert [one.getMessage() for one in caplog.records] == [
        "There is no setting WORKER_HEARTBEATS; do you mean WORKER_HEARTBEAT_INTERVAL?"
    ]


async def test_the_id_of_a_worker_that_was_killed(live, caplog):
    """E3, L: it is waited for, and had, once the server has forgotten the old one."""
    from worker import Registry, Worker

    live.settings = replace(live.settings, workers_ttl=2.0)
    killed = await live.start(Registry(), worker_id="w1")
    await killed.status.stop_heartbeat()  # as if it were
    worker = Worker(Registry(), url=live.url, settings=live.settings, worker_id="w1")
    await worker.start()
    assert "the id is free in" in caplog.text
    await worker.stop()


async def test_the_id_of_a_worker_that_lives(live):
    from worker import Registry, Worker

    await live.start(Registry(), worker_id="w1")
    worker = Worker(Registry(), url=live.url, settings=live.settings, worker_id="w1")
    with pytest.raises(WorkerIdTakenError):
        await worker.start()
