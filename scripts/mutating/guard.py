"""The guard: pytest, warmed up once in this process, with its tests collected; they run in forks."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import inspect
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = "tests/worker"
# The command line runs in processes of its own, which a change in this process does not reach.
OUTSIDE = ("tests/worker/test_command.py",)


class GuardError(Exception):
    """The tests cannot be collected, or do not pass on what is to be measured."""


class _Loop:
    """The plugin: pytest collects, then `work` has the tests instead of pytest's own loop."""

    def __init__(self, work: Callable[[list[pytest.Item]], None]) -> None:
        self.work, self.began = work, False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        self.began = True
        gc.collect()
        gc.freeze()  # forks share what is there by now
        with contextlib.redirect_stdout(os.sys.__stdout__):
            self.work(session.items)
        return True


def with_guard(root: Path, work: Callable[[list[pytest.Item]], None], tests: str = TESTS) -> None:
    """Collect the tests and give them to `work`. Raises GuardError if they cannot be collected."""
    ignored = [f"--ignore={root / one}" for one in OUTSIDE]
    loop, said = _Loop(work), io.StringIO()
    options = ["-q", "--capture=no", "--rootdir", str(root), "-p", "no:cacheprovider", *ignored, str(root / tests)]
    with contextlib.redirect_stdout(said):
        pytest.main(options, plugins=[loop])
    if not loop.began:
        raise GuardError(f"The tests in {tests} cannot be collected:\n{said.getvalue()}")


def digest_of_test(item: pytest.Item) -> str:
    """A digest of all that decides what a test says: itself, what its file shares, and its recording."""
    path = item.path
    parts = [item.name, _own_source(item), _shared_source(path)]
    parts += [(folder / "conftest.py").read_text() for folder in path.parents if (folder / "conftest.py").exists()]
    folder = path.parent / "__snapshots__" / path.stem
    recorded = folder / f"{item.name.translate(str.maketrans('/', '_'))}.tape"
    parts.append(recorded.read_text() if recorded.exists() else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _own_source(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    return inspect.getsource(function) if function else ""


_shared: dict[Path, str] = {}


def _shared_source(path: Path) -> str:
    """A test file without its tests."""
    if path not in _shared:
        import ast

        source = path.read_text()
        others = [
            ast.get_source_segment(source, node) or ""
            for node in ast.parse(source).body
            if not getattr(node, "name", "").startswith("test_")
        ]
        _shared[path] = "\n".join(others)
    return _shared[path]
