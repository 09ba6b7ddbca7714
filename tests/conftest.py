"""What all tests share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

# A shell's background job ignores Ctrl-C, one under nohup a closed terminal too, and so would every program that a test
# starts and interrupts.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


@pytest.fixture(autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of moves go to a folder of the test's own, not to the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(Path(tmp_path_factory.mktemp("state"))))
