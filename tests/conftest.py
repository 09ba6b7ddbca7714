"""What all tests share."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# A shell's background job ignores Ctrl-C, one under nohup a closed terminal too, and so would every program that a test
# starts and interrupts.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


# Files that take longest, or whose last test does: who shares the work begins with them, or one processor is left with
# them at the end.
_LONGEST = (
    "tests/replay/test_replay.py",
    "tests/characterize/test_docs.py",
    "tests/characterize/test_plugin.py",
    "tests/mutation/test_mutants.py",
    "tests/commands/test_odd_trees.py",
    "tests/moves/",
    "tests/docs/test_pages.py",
    "tests/proof/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The order of files; within one, tests stay as they stand there."""
    root = config.rootpath
    places = {path: path.relative_to(root).as_posix() for path in {i.path for i in items} if path.is_relative_to(root)}

    def rank(item: pytest.Item) -> int:
        place = places.get(item.path, "")
        return next((number for number, start in enumerate(_LONGEST) if place.startswith(start)), len(_LONGEST))

    items.sort(key=rank)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Without pytest-timeout the setting in pyproject.toml would be an error: a test that hangs is not stopped then."""
    if not pluginmanager.hasplugin("timeout"):
        parser.addini("timeout", "seconds for a test, with pytest-timeout")


@pytest.fixture(autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of moves go to a folder of the test's own, not to the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(Path(tmp_path_factory.mktemp("state"))))


@pytest.fixture(autouse=True, scope="session")
def _no_worker() -> Iterator[None]:
    """A pytest that a test starts runs on its own, though this one may share its work by pytest-xdist."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
            patch.delenv(name, raising=False)
        yield


_REAL = {name: getattr(time, name) for name in ("monotonic", "perf_counter", "time", "sleep")}


@pytest.fixture(autouse=True)
def _time_runs() -> Iterator[None]:
    """No test leaves a virtual clock behind: the next event loop would wait for ever."""
    yield
    left = [name for name, real in _REAL.items() if getattr(time, name) is not real]
    for name in left:
        setattr(time, name, _REAL[name])
    assert not left, f"a virtual clock is still on: {left}"
