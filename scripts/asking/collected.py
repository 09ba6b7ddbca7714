"""Which tests pytest collects from files, and whether it collects one in another module now."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def collected_tests(folder: Path, paths: Iterable[str]) -> dict[str, set[str]]:
    """The test functions and classes that pytest collects, for each module."""
    there = [path for path in paths if (folder / path).exists()]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), *there],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, set[str]] = {}
    for path, name in re.findall(r"(?m)^(\S+)\.py::(\w+)", done.stdout):
        found.setdefault(path.replace("/", "."), set()).add(name)
    return found


def collected_elsewhere(module: str, name: str, before: dict[str, set[str]], after: dict[str, set[str]]) -> bool:
    """Is it a test that pytest collected in this module, and collects once now, in another? With its name in both it
    would run twice, so the old path ends on purpose."""
    others = [other for other, names in after.items() if name in names and name not in before.get(other, ())]
    return name in before.get(module, ()) and name not in after.get(module, ()) and len(others) == 1
