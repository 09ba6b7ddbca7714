"""Cases as readable archives: prose, the move, the tree before, and what comes of it.

    Why this case is there.

    move: shop/worker.py shop/status.py Status
    refused: name-collision

    --- before shop/worker.py
    ...
    --- after shop/worker.py
    ...

`move:` has options as on the command line; several lines are several moves as one change. `refused:` stands instead of
the after parts; UPDATE_CASES writes nothing then. `rename: shop/models.py shop/pricing.py` is `codemods rename`. Files
that the move does not touch have no after part; that of a file that is gone is empty. A `says: CODE ...` line lists
hazards that the plan must show. A file `check.py` is run before and after the move, in a process of its own, and must
print the same.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codemods.commands import extract, renaming
from codemods.model import Move
from codemods.project import Tree

_PART = re.compile(r"^--- (before|after) (\S+)\n", re.MULTILINE)


class MemoryTree(Tree):
    """A tree of texts."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self.files)

    def read(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None


@dataclass
class Case:
    """One archive."""

    head: str
    moves: tuple[Move, ...]
    refused: str = ""
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()

    @property
    def tree(self) -> MemoryTree:
        return MemoryTree({path: text.encode() for path, text in self.before.items()})

    def write(self) -> str:
        parts = [self.head]
        for stage, files in (("before", self.before), ("after", self.after)):
            for path, text in files.items():
                parts.append(f"--- {stage} {path}\n{text}")
        return "".join(parts)


def parse(text: str) -> Case:
    """A case from its text; ValueError where a line of the head is missing."""
    found = list(_PART.finditer(text))
    head = text[: found[0].start()] if found else text
    moves = tuple(read_move(line) for line in re.findall(r"^move: (.+)$", head, re.MULTILINE))
    moves += tuple(read_rename(line) for line in re.findall(r"^rename: (.+)$", head, re.MULTILINE))
    if not moves:
        raise ValueError("no `move:` line, nor `rename:`")
    refused = re.search(r"^refused: (.+)$", head, re.MULTILINE)
    says = re.search(r"^says: (.+)$", head, re.MULTILINE)
    case = Case(head, moves, refused[1] if refused else "", says=tuple(says[1].split()) if says else ())
    for part, following in zip(found, [*found[1:], None], strict=True):
        body = text[part.end() : following.start() if following else len(text)]
        (case.before if part[1] == "before" else case.after)[part[2]] = body
    return case


def read_move(line: str) -> Move:
    """A move as the command line has it."""
    parser = argparse.ArgumentParser()
    extract.arguments(parser)
    return extract.move(parser.parse_args(line.split()))


def read_rename(line: str) -> Move:
    """A rename as the command line has it."""
    parser = argparse.ArgumentParser()
    renaming.arguments(parser)
    return renaming.rename(parser.parse_args(line.split()))


def observed(files: Mapping[str, bytes | str | None], folder: Path) -> str:
    """What `check.py` prints when it runs over these files, which are written into ``folder``."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content or b"")
    done = subprocess.run(
        [sys.executable, "-B", "check.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(str(folder), "")


def load(path: Path) -> Case:
    return parse(path.read_text())
