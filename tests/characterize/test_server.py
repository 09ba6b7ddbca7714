"""The server: ready when `start` returns, the same after a restart, and gone with its owner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import nats

from codemods.characterize.server import NatsServer

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
