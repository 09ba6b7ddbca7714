"""A page of documentation that is run: its files are written, its commands called, their outputs compared.

A block that names a file in its first line, `# shop/orders.py`, is that file. A `console` block has commands
after `$ `, each with all that it prints; `...` stands for anything. Other blocks are for readers alone.
With UPDATE_PAGES=1 what a command prints is written into the page; then look at the difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_NAME = re.compile(r"# ([\w./-]+\.\w+)\n")


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


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall(page.read_text(encoding="utf-8"))]


def as_said(expected: str, output: str) -> bool:
    """Whether the output is the expected one, in which `...` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return bool(re.fullmatch(pattern, output, re.S))


def run(command: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # files here change more than once within a second
    environment["COLUMNS"] = "80"
    environment["PYTEST_ADDOPTS"] = "-p no:pytest-lsp -p no:hypothesispytest"  # slow to import, and unused
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.org"}
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True, check=False, **both).stdout


def differences(page: Path, folder: Path) -> Iterator[tuple[str, str, str]]:
    """(the command, what the page says, what it prints) of each command that prints something else."""
    for block in blocks(page):
        if block.file:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, expected in block.commands():
                output = run(command, folder)
                if not as_said(expected, output):
                    yield command, expected, output


def follow(page: Path, folder: Path) -> None:
    """Do what the page says, from its first block to its last."""
    for command, expected, output in differences(page, folder):
        assert os.environ.get("UPDATE_PAGES"), f"$ {command}\nis to print\n{expected}\nand prints\n{output}"
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(f"$ {command}\n{expected}", f"$ {command}\n{output}", 1), encoding="utf-8")


def broken_links(page: Path) -> list[str]:
    """What the page links to, and is not there."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]
