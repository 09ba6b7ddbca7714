#!/usr/bin/env python3
"""Move definitions in trees with side effects of every kind; whatever is moved, each start prints what it printed.

    scripts/fuzz_effects [TREES] [--seed FIRST]      five thousand trees, one number each
    scripts/fuzz_effects --keep 4711 FOLDER          one tree again, as it was and as the move left it

A number is always the same tree and the same move (`scripts/effect_trees`). An observer, which stands outside of the
tree, imports each module first, in a process of its own, and prints what everybody can see then. A move is wrong if
that differs afterwards, or if the tool ends in another way than with a move or a refusal. Exit 1 if one was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from codemods.face import Solution, solve
from codemods.model import Refused
from codemods.project import DiskTree
from scripts.effect_trees import HERE, make

PROGRAMS = HERE / "programs"


def differences(before: str, after: str) -> Iterator[str]:
    """What a start does no longer as before. What only looks need not be loaded, but sees the same where it is."""
    (start, old), (_, new) = before.split("\t"), after.split("\t")
    if not old or not new:
        if old != new:
            yield f"{start}: {'ends' if not new else 'no longer ends'} the interpreter"
        return
    told, then = json.loads(old), json.loads(new)
    seen = told.pop("SEEN"), then.pop("SEEN")
    pairs = [(key, told[key], then[key]) for key in told]
    pairs += [(key, seen[0][key], seen[1][key]) for key in seen[0].keys() & seen[1].keys()]
    yield from (f"{start} {key}: {one}\n{'':4}now {two}" for key, one, two in pairs if one != two)


def lay_out(files: Mapping[str, str], folder: Path) -> None:
    for path, text in files.items():
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(path).write_text(text)


def observed(folder: Path, files: Mapping[str, str]) -> list[str]:
    """What each module of the tree before the move does when it is started, one a line."""
    names = sorted(p[:-3].replace("/", ".") for p in files if p.startswith("shop/") and p.endswith(".py"))
    starts = [name for name in names if not name.endswith("__init__")]
    # Hashes decide the order of sets, which no move is to blame for.
    done = subprocess.run(
        [sys.executable, "-B", str(PROGRAMS / "observe.py"), *starts],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    return done.stdout.splitlines()


def attempt(seed: int, folder: Path) -> tuple[str, str]:
    """(what came of a try, what was wrong: nothing if all is well)."""
    one = make(seed)
    lay_out(one.files, folder)
    try:
        solution = solve([one.move], DiskTree(folder))
    except Refused as refused:
        return f"refused: {refused.hazards[0].code}", ""
    except Exception:
        return "crashed", f"{one.move}\n{traceback.format_exc()}"
    before = observed(folder, one.files)
    written(solution, folder)
    after = observed(folder, one.files)
    wrong = [text for old, new in zip(before, after, strict=True) for text in differences(old, new)]
    if wrong:
        return "broken", "\n".join([str(one.move), *wrong])
    kept = any(file.kept for file in solution.plan.files)
    return "moved, importers kept" if kept else "moved", ""


def written(solution: Solution, folder: Path) -> None:
    for path, data in solution.changes.after.items():
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(path).write_bytes(data or b"")


def kept(seed: int, folder: Path) -> int:
    """One try in folders that stay: ``before`` and ``after``."""
    one = make(seed)
    lay_out(one.files, folder / "before")
    if folder.joinpath("after").exists():
        shutil.rmtree(folder / "after")
    outcome, wrong = attempt(seed, folder / "after")
    print(f"{outcome}: {one.move}\n{wrong}")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="?", type=int, default=5_000, help="how many (5000)")
    parser.add_argument("--seed", type=int, default=0, help="the first number (0)")
    parser.add_argument("--keep", nargs=2, metavar=("SEED", "FOLDER"), help="one tree, before and after, in a folder")
    options = parser.parse_args()
    if options.keep:
        if not options.keep[0].isdigit():
            parser.error(f"--keep: {options.keep[0]!r} is not a number")
        return kept(int(options.keep[0]), Path(options.keep[1]))
    outcomes: Counter[str] = Counter()
    started = time.perf_counter()
    for seed in range(options.seed, options.seed + options.trees):
        with tempfile.TemporaryDirectory(prefix="codemods-effects-") as folder:
            outcome, wrong = attempt(seed, Path(folder))
        outcomes[outcome] += 1
        if wrong:
            print(f"seed {seed}: {outcome}: {wrong}\n", flush=True)
    took = time.perf_counter() - started
    print(f"{options.trees} trees from {options.seed} in {took:.0f} s, Python {platform.python_version()}")
    for outcome, number in outcomes.most_common():
        print(f"{number:6} {outcome}")
    return 1 if outcomes["broken"] or outcomes["crashed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
