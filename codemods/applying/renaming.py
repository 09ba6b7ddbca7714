"""Renames that overwrite nothing: two files change places, or a name is taken only if it is free, in one instant.

Linux has them as renameat2(2), Python does not. Elsewhere, and on file systems that don't know them, an edit of the
last microseconds can be lost.
"""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

# <linux/fs.h>
NO_REPLACE, EXCHANGE = 1, 2
# <fcntl.h>: paths are relative to the current folder.
_HERE = -100
_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


def rename(source: Path, target: Path, flag: int) -> bool:
    """False, and nothing is done, where system or file system don't know the flag. Raises OSError."""
    call = _renameat2()
    if call is None:
        return False
    sys.audit("os.rename", source, target, -1, -1)
    if call(_HERE, os.fsencode(source), _HERE, os.fsencode(target), flag) == 0:
        return True
    import ctypes

    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


@cache
def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call
