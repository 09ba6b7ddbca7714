"""docs/worker.md, run: its files are written, its commands called, its outputs compared."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from tests.worker.test_command import WITHIN, running
from worker import Settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "worker.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def write_files(folder):
    for language, text in BLOCKS:
        if language == "python":
            (folder / text.splitlines()[0].removeprefix("# ")).write_text(text)


def commands(text):
    """(the command, the lines it shows) of a block, one by one."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.splitlines()


def matches(shown, wanted):
    """Line by line, however far apart the columns are; `...` stands for anything."""
    pattern = "\n".join(re.escape(line).replace(re.escape("..."), ".*") for line in wanted)
    pattern = re.sub(r"(\\ )+", r"\\ +", pattern)
    return re.fullmatch(pattern, shown.strip(), re.DOTALL)


def test_the_page_is_true(tmp_path, monkeypatch):
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    seen = 0
    with running("tasks:registry", "--embedded", "store", environment={"WORKER_BACKOFF_BASE": "0.1"}):
        (ports,) = Path("store").glob("*.ports")
        url = re.search(r"nats://127.0.0.1:\d+", ports.read_text())
        assert url is not None
        for language, text in BLOCKS:
            for command, wanted in commands(text) if language == "console" else ():
                if " run " in command:
                    continue
                words = command.replace("nats://127.0.0.1:4222", url[0]).split()
                done = subprocess.run(
                    [sys.executable, *words[1:]], capture_output=True, text=True, timeout=WITHIN, check=False
                )
                assert done.returncode == 0, done.stderr
                assert matches(done.stdout, wanted), f"{command}\n{done.stdout}"
                seen += 1
    assert seen == 6


def test_the_worker_with_resources(tmp_path, monkeypatch):
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    with running("resources:registry", "--embedded", "store"):
        done = subprocess.run(
            [sys.executable, "-m", "worker", "enqueue", "look_up", "Ann", "--wait", "--embedded", "store"],
            capture_output=True, text=True, timeout=WITHIN, check=False,
        )  # fmt: skip
        assert done.stdout.splitlines()[1] == "1"


def test_every_setting_is_told():
    told = dict(re.findall(r"^\| `WORKER_([A-Z_]+)` \| `([^`]*)` \|", PAGE, re.MULTILINE))
    assert told == {field.name.upper(): shown(field.default) for field in fields(Settings)}


def shown(value):
    if isinstance(value, tuple):
        return ",".join(f"{part:g}" for part in value)
    return value if isinstance(value, str) else f"{value:.10g}"
