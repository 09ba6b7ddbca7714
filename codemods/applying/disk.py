"""The calls that change the disk, each announced before it is made, and the lock on a tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codemods.applying.renaming import EXCHANGE, NO_REPLACE, rename
from codemods.model import Hazard, Place, Refused

try:
    import fcntl
except ImportError:  # Windows has no flock; there two commands at once are not kept apart.
    fcntl = None

Steps = Callable[[str], None]
_CHUNK = 1 << 16


class Disk:
    """Changes to the disk. ``steps`` hears of each call before it is made, so that a test can stop there."""

    def __init__(self, steps: Steps | None = None) -> None:
        self._step: Steps = steps or (lambda step: None)

    def make_folder(self, path: Path, mode: int = 0o777) -> None:
        self._step(f"make folder {path.name}")
        with suppress(FileExistsError):
            path.mkdir(mode)
        self.sync_folder(path.parent)

    def remove_folder(self, path: Path) -> None:
        """Take an empty folder away; one that holds something (a cache, another's file) stays."""
        self._step(f"remove folder {path.name}")
        with suppress(OSError):
            path.rmdir()

    def write_new(self, path: Path, data: bytes, mode: int | None, like: Path | None = None) -> None:
        """Make a file that isn't there yet; its bytes are on the disk when this returns.

        ``mode`` None leaves the mode to the umask; ``like`` is the file whose owner and extended attributes (access
        lists among them) the new one gets.
        """
        self._step(f"create {path.name}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, 0o666 if mode is None else 0o600)
        try:
            rest = memoryview(data)
            while rest:
                self._step(f"write {path.name}")
                rest = rest[os.write(handle, rest[:_CHUNK]) :]
            if like is not None:
                _give_owner(handle, like)
                _give_attributes(handle, like)
            if mode is not None:
                self._step(f"set mode of {path.name}")
                os.chmod(handle if os.chmod in os.supports_fd else path, mode)  # noqa: PTH101
            self._step(f"sync {path.name}")
            os.fsync(handle)
        finally:
            os.close(handle)

    def exchange(self, one: Path, other: Path) -> bool:
        """Let two files change places in one instant; False, and nothing is done, where the system can't."""
        self._step(f"rename {one.name} to {other.name}")
        return rename(one, other, EXCHANGE)

    def move_to_free(self, source: Path, target: Path) -> None:
        """Rename to a name that nothing has; raises FileExistsError if something has it by now."""
        self._step(f"rename {source.name} to {target.name}")
        if not rename(source, target, NO_REPLACE):
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
            source.rename(target)

    def replace(self, source: Path, target: Path) -> None:
        self._step(f"rename {source.name} to {target.name}")
        source.replace(target)

    def remove(self, path: Path) -> None:
        self._step(f"remove {path.name}")
        path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Make renames in a folder last through a power cut; file systems that can't are left alone."""
        if not hasattr(os, "O_DIRECTORY"):
            return
        self._step(f"sync folder {path.name}")
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep other commands from writing in this tree; the system lifts the lock of a process that dies."""
    if fcntl is None:
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            reason = "another codemods command is writing in this tree"
            raise Refused(Hazard("busy", Place(str(root)), reason, ("wait until it is done",))) from error
        except OSError:
            pass  # A file system without locks.
        yield
    finally:
        os.close(handle)


def _give_owner(handle: int, like: Path) -> None:
    wanted, found = like.stat(), os.fstat(handle)
    if hasattr(os, "fchown") and (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        with suppress(PermissionError):
            os.fchown(handle, wanted.st_uid, wanted.st_gid)


def _give_attributes(handle: int, like: Path) -> None:
    """Raises OSError for one that can't be given, unless the system sets such by itself (security labels)."""
    if not hasattr(os, "listxattr"):  # Linux alone has it in Python.
        return
    try:
        names = os.listxattr(like)
    except OSError:
        return  # A file system without them.
    for name in names:
        value = os.getxattr(like, name)
        try:
            os.setxattr(handle, name, value)
        except OSError:
            if not name.startswith(("security.", "trusted.")):
                raise
