"""A tree on disk, and what a change would make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codemods.project import DiskTree, OverlayTree

Files = Mapping[str, str]
Pair = tuple[DiskTree, OverlayTree]
Change = Callable[[Files, Mapping[str, str | None]], Pair]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Write files, and give the tree of them and the tree with other files over it (None: taken away)."""
    root = tmp_path / "tree"

    def made(files: Files, new: Mapping[str, str | None]) -> Pair:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        before = DiskTree(root)
        return before, OverlayTree(before, {p: None if t is None else t.encode() for p, t in new.items()})

    return made
