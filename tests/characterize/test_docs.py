"""The documentation is true: each of its blocks is written, or run, and says what it says there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.characterize.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "characterize.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_NAME = re.compile(r"# ([\w./]+)\n")


@dataclass(frozen=True)
class Block:
    """What stands between fences: a file, which names itself in its first line, or commands with their output."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        found = _NAME.match(self.text)
        return found[1] if found else None

    def commands(self) -> list[tuple[str, str]]:
        """Each command, and what it is to print."""
        parts = re.split(r"^\$ ", self.text, flags=re.M)
        assert not parts[0], "a console block begins with a command"
        return [(command, output) for command, _, output in (one.partition("\n") for one in parts[1:])]


def blocks() -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def as_said(expected: str, output: str) -> bool:
    """Whether the output is the expected one, in which `...` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return bool(re.fullmatch(pattern, output, re.S))


def run(command: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # files here change more than once within a second
    environment["COLUMNS"] = "80"
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_each_block_of_the_page(tmp_path):
    for block in blocks():
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
            continue
        assert block.language == "console", f"neither a file nor commands:\n{block.text}"
        for command, expected in block.commands():
            output = run(command, tmp_path)
            assert as_said(expected, output), f"$ {command}\nis to print\n{expected}\nand prints\n{output}"


def test_a_page_that_is_not_true_is_noticed():
    assert as_said("a ... c\n", "a b\nb c\n")
    assert not as_said("a ... c\n", "a b\n")
    assert not as_said("", "something\n")


def test_there_is_something_to_run():
    kinds = [block.language for block in blocks()]
    assert kinds.count("console") >= 5 and kinds.count("python") >= 5


def test_the_page_names_each_fault_there_is():
    from codemods.characterize.faults import Faults

    page = PAGE.read_text(encoding="utf-8")
    public = [name for name in vars(Faults) if not name.startswith("_") and name != "never_struck"]
    assert [name for name in public if f"`{name}" not in page] == []


def test_the_picture_on_the_page_is_of_the_recording_as_it_is(tmp_path):
    (tape,) = ROOT.glob("examples/__snapshots__/*/test_who_dies_with_it_loses_it_after_the_ttl.tape")
    assert main(["show", str(tape), "--svg", str(tmp_path / "lock.svg")]) == 0
    told = "docs/lock.svg is not of today's recording: python -m codemods.characterize show TAPE --svg docs/lock.svg"
    assert (tmp_path / "lock.svg").read_bytes() == (PAGE.parent / "lock.svg").read_bytes(), told


@pytest.mark.parametrize("page", [PAGE])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target
