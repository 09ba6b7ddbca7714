"""What is measured for a case, column by column."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.emend import emend
from benchmarks.measuring import Run, measure
from benchmarks.trees import Case

_HERE = Path(__file__).resolve().parent


def columns(case: Case, base: Path, runs: int, limit: float, without: list[str]) -> Iterator[tuple[str, Run]]:
    """Each column with its medians, as they come; ``base`` has what they need. The tree is left as it was."""
    python = sys.executable
    ours = [python, "-m", "codemods", "extract", case.source, case.destination, case.name, *case.options]
    rename = [python, "-m", "libcst.tool", "codemod", "--no-format", "--hide-progress", "rename.RenameCommand"]
    names = [f"--old_name={case.dotted[0]}", f"--new_name={case.dotted[1]}"]
    commands = {
        "floor": [python, str(_HERE / "floor.py"), case.name],
        "grep": ["git", "grep", "-l", case.name],
        "ours": ours,
        "done": [*ours, "--check"],
        "prove": [python, "-m", "codemods", "prove", "HEAD~1..HEAD"],
        "plan": [*ours, "--plan"],
        "check": [*ours, "--check"],
        "rope": [python, str(_HERE / "with_rope.py"), case.source, case.destination, case.name],
        "emend": [*emend(base), "move", f"{case.source}::{case.name}", case.destination, "--project", ".", "--apply"]
        if "emend" not in without
        else [],
        "LibCST": [*rename, *names, "."],
    }
    writes = {"ours", "rope", "emend", "LibCST"}
    for name, command in commands.items():
        if name in without:
            continue
        before = case.restore if name in writes else lambda: None
        if name == "prove":
            case.commit()
        if name == "plan":
            case.restore()
        # LibCST's tool also ends with 1 when a file was skipped, --check when there is something to do.
        codes = (1,) if name == "check" else (0, 1) if name == "LibCST" else (0,)
        yield name, measure(command, case.folder, runs, limit, before, codes)
    case.restore()
