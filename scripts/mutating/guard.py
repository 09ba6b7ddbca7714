"""The guard: pytest, warmed up once in this process, with its tests collected; they run in forks."""

from __future__ import annotations

import ast
import contextlib
import gc
import hashlib
import importlib
import inspect
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .subjects import Project


class GuardError(Exception):
    """The tests cannot be collected, or do not pass on what is to be measured."""


class _Loop:
    """The plugin: pytest collects, then `work` has the tests instead of pytest's own loop."""

    def __init__(self, work: Callable[[list[pytest.Item]], None], kit: Path | None) -> None:
        self.work, self.kit, self.began = work, kit, False
        self.error: BaseException | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        self.began = True
        _import_all(self.kit)
        gc.collect()
        gc.freeze()  # forks share what is there by now
        try:
            with contextlib.redirect_stdout(sys.__stdout__):
                self.work(session.items)
        except BaseException as error:
            self.error = error  # pytest would make an answer of its own of it
        return True


def _import_all(kit: Path | None) -> None:
    """What fixtures import late, and pytest rewrites, would be imported by each fork again."""
    if kit is not None:
        for file in sorted(kit.glob("[a-z]*.py")):
            importlib.import_module(".".join((*kit.parts[-2:], file.stem)))


def with_guard(project: Project, work: Callable[[list[pytest.Item]], None]) -> None:
    """Collect the tests and give them to `work`. Raises GuardError if they cannot be collected."""
    root, tests = str(project.root), str(project.root / project.tests)
    ignored = [f"--ignore={project.root / one}" for one in project.outside]
    kit = project.root / project.kit[1] if project.kit else None
    loop, said = _Loop(work, kit), io.StringIO()
    with contextlib.redirect_stdout(said):
        options = ["-q", "--capture=no", "--tb=native", "-p", "no:cacheprovider"]
        pytest.main([*options, "--rootdir", root, *ignored, tests], plugins=[loop])
    if loop.error:
        raise loop.error
    if not loop.began:
        raise GuardError(f"The tests in {project.tests} cannot be collected:\n{said.getvalue()}")


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
        source = path.read_text()
        others = [
            ast.get_source_segment(source, node) or ""
            for node in ast.parse(source).body
            if not getattr(node, "name", "").startswith("test_")
        ]
        _shared[path] = "\n".join(others)
    return _shared[path]
