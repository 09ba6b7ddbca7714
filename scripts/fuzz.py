#!/usr/bin/env python3
"""Run `codemods extract` in trees of damaged modules, and look at what must hold whatever a tree is like.

    scripts/fuzz [TRIES] [--seed FIRST] [--jobs N]   ten thousand tries, one number each
    scripts/fuzz --keep 4711 FOLDER                  one try again, in a folder that stays, with what it says

No try may end with an internal error, a traceback, a signal, or not at all. One that is refused, or only shows
something, leaves every byte. One that moves leaves Python where Python was, and is taken back to the first bytes.

The trees are made of modules of the standard library: a number is the same tree with the same Python.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from codemods.__main__ import main as codemods
from scripts.fuzz_trees import Try, make

# Longer than any try takes that is not stuck.
LIMIT = 300
# Of what nobody caught: an error, or a warning about the code of the tree.
SIGNS = ("Traceback (most recent call last)", "SyntaxWarning: ", "DeprecationWarning: ", "RecursionError")
_CODE = re.compile(r"(?:\[|\"code\": \")([a-z][a-z :-]+)[\]\"]")


class Stuck(BaseException):
    """A try that does not end; no handler for errors may catch it."""


def lay_out(one: Try, root: Path) -> None:
    for path, data in one.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def attempt(seed: int) -> tuple[str, str]:
    """Carry one try out: how it ended (moved, refused: CODE, ...), and what is wrong with that (empty: nothing)."""
    one = make(seed)
    with tempfile.TemporaryDirectory(prefix="codemods-fuzz-") as folder:
        root = Path(folder, "tree")
        lay_out(one, root)
        return judged(one, root)


def judged(one: Try, root: Path) -> tuple[str, str]:
    before = contents(root)
    code, said = command(*one.arguments, "--root", str(root))
    after = contents(root)
    if code not in (0, 1, 2, 4) or any(sign in said for sign in SIGNS):
        return "failed", f"exit code {code}: {said.strip()[-600:]}"
    if code or after == before:
        if after != before:
            return "failed", "refused, and the tree is not what it was"
        found = _CODE.search(said)
        return (f"refused: {found[1]}" if code in (2, 4) and found else "refused" if code == 2 else "shown"), ""
    spoilt = [
        path for path in after if path.endswith(".py") and reads(before.get(path, b"")) and not reads(after[path])
    ]
    if spoilt:
        return "failed", f"moved, and {spoilt[0]} is not Python any more"
    code, said = command("undo", "--root", str(root))
    if code or contents(root) != before:
        return "failed", f"moved, and not taken back to the first bytes: {said.strip()[-300:]}"
    return "moved", ""


def command(*words: str) -> tuple[int, str]:
    """Run the command in this process: its exit code, and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = codemods(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 3
        except Stuck:
            return 3, f"not done after {LIMIT} s"
        except BaseException as error:
            return 3, f"{type(error).__name__}: {error}"
    return code, said.getvalue()


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def reads(data: bytes) -> bool:
    """Is this Python?"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# -- many tries


def work(seeds: range) -> None:
    """Carry tries out, telling of each before it begins and when it ended; one line of JSON each."""

    def stuck(*_: object) -> None:
        raise Stuck

    signal.signal(signal.SIGALRM, stuck)
    for seed in seeds:
        print(json.dumps([seed]), flush=True)
        signal.alarm(LIMIT)
        ended = attempt(seed)
        signal.alarm(0)
        print(json.dumps([seed, *ended]), flush=True)


class Tally:
    """What came of the tries so far."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.ends: Counter[str] = Counter()
        self.wrong: list[tuple[int, str]] = []
        self.began = time.perf_counter()

    def add(self, seed: int, end: str, wrong: str) -> None:
        self.ends[end] += 1
        if wrong:
            self.wrong.append((seed, wrong))
            print(f"\r{seed}: {wrong}", file=sys.stderr)
        done, seconds = self.ends.total(), time.perf_counter() - self.began
        if sys.stderr.isatty() or done % 100 == 0:
            said = f"{done:,} of {self.tries:,} tries, {self.ends['moved']:,} moved, {len(self.wrong)} wrong"
            said += f", {seconds:.0f} s"
            print(f"\r{said}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    def run(self, seeds: range) -> None:
        """Have one process after another carry the seeds out: one that dies is the fault of its last try."""
        while seeds:
            words = [sys.executable, __file__, "--work", str(seeds.start), str(seeds.stop), str(seeds.step)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                last = seeds.start
                for line in process.stdout:
                    last, *ended = json.loads(line)
                    if ended:
                        self.add(last, *ended)
                        seeds = range(last + seeds.step, seeds.stop, seeds.step)
            if seeds:
                self.add(last, "failed", f"the process ended with code {process.returncode}")
                seeds = range(last + seeds.step, seeds.stop, seeds.step)

    def report(self) -> None:
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.perf_counter() - self.began:.0f} s")
        for end, count in self.ends.most_common():
            print(f"{count:>8,}  {end}")
        print(f"{self.ends.total():>8,}  tries, {len(self.wrong)} of them wrong")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tries", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", nargs=2, metavar=("SEED", "FOLDER"))
    parser.add_argument("--work", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="codemods-fuzz-") as state:
        os.environ["XDG_STATE_HOME"] = state
        if options.work:
            work(range(*options.work))
            return 0
        if options.keep:
            one, root = make(int(options.keep[0])), Path(options.keep[1])
            lay_out(one, root)
            print("codemods", *one.arguments, "--root", root)
            print(*command(*one.arguments, "--root", str(root)), sep="\n")
            return 0
        tally = Tally(options.tries)
        seeds = range(options.seed, options.seed + options.tries)
        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(tally.run, [seeds[number :: options.jobs] for number in range(options.jobs)]))
    tally.report()
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
