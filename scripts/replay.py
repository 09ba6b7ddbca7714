"""The moves, made again: the worker as it stood before, the recipes, and its recordings on both sides.

    python scripts/replay.py          says what held, exit 0 only if all did

The module as it stood before is frozen in tests/replay/frozen/before, what the first recipe made of it in .../after,
and what all of them made of it in .../split. Its tests with their recordings are frozen in .../tests: the worker has
learnt other ways on the wire since, and tests/worker records those.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
FROZEN = REPOSITORY / "tests" / "replay" / "frozen"
RECIPES = ("status", "jobs", "failures")


@dataclass(frozen=True)
class Recording:
    """What the characterization tests saw of one tree: a line a test, as the plugin reports it."""

    passed: bool
    tests: tuple[dict[str, object], ...]
    said: str

    def total(self, key: str) -> float:
        return sum(float(str(test.get(key, 0))) for test in self.tests)

    @property
    def digests(self) -> dict[str, str]:
        """The hash of each test's bytes."""
        return {str(test["test"]): str(test["sha256"]) for test in self.tests}


def lay_out(scratch: Path) -> tuple[Path, Path]:
    """(the tree before, the tree to be moved in): the frozen worker with its tests of that time."""
    trees = scratch / "before", scratch / "after"
    for tree in trees:
        shutil.copytree(FROZEN / "before" / "worker", tree / "worker")
        shutil.copytree(
            FROZEN / "tests" / "worker", tree / "tests" / "worker", ignore=shutil.ignore_patterns("__pycache__")
        )
        (tree / "tests" / "__init__.py").touch()
        shutil.copy(REPOSITORY / "pyproject.toml", tree)
    return trees


def recipe(tree: Path, *options: str, name: str = "status") -> subprocess.CompletedProcess[str]:
    """Run a recipe on a tree."""
    command = [sys.executable, "-m", f"codemods.extract_{name}", "--root", str(tree), *options]
    return subprocess.run(command, cwd=REPOSITORY, text=True, capture_output=True, check=False)


def record(tree: Path, tests: str = "tests/worker") -> Recording:
    """Run the characterization tests on a tree; snapshots can't be updated."""
    report = tree / f"{Path(tests).stem}-report.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", tests, "--tape-report", str(report)]
    done = subprocess.run(
        command,
        cwd=tree,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "CI": "true", "PYTHONPATH": str(tree)},
    )
    lines = report.read_text().splitlines() if report.exists() else []
    return Recording(done.returncode == 0, tuple(json.loads(line) for line in lines), done.stdout + done.stderr)


def differences(one: Path, two: Path) -> Iterator[str]:
    """Files of the worker that are not equal byte for byte."""
    names = {p.relative_to(tree).as_posix() for tree in (one, two) for p in tree.rglob("*.py")}
    for name in sorted(names):
        if not ((one / name).exists() and (two / name).exists() and filecmp.cmp(one / name, two / name, shallow=False)):
            yield name


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(description=__doc__, formatter_class=raw).parse_args()
    with tempfile.TemporaryDirectory(prefix="codemods-replay-") as scratch:
        before, after = lay_out(Path(scratch))
        unequal = []
        for name, expected in zip(RECIPES, ("after", "", "split"), strict=True):
            moved = recipe(after, name=name)
            print(moved.stdout, moved.stderr, sep="", end="")
            if moved.returncode:
                return 1
            if expected:
                unequal += list(differences(after / "worker", FROZEN / expected / "worker"))
        print("as expected, byte for byte" if not unequal else f"not as expected: {', '.join(unequal)}")
        old, new = record(before), record(after)
        same = old.passed and new.passed and old.digests == new.digests and bool(old.digests)
        print(f"{len(old.digests)} recordings, {'the same bytes before and after' if same else 'NOT the same'}")
        return 0 if same and not unequal else 1


if __name__ == "__main__":
    sys.exit(main())
