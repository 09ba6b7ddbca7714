"""`scripts/others_commits`: one line a commit, then the measures; exit code 1 where one is judged wrongly."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.reviewing.replaying import Judged, clone_of, commits, fetched, judge, summary


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/others_commits", description=__doc__)
    parser.add_argument("clones", type=Path, help="a folder with clones; what is not there is cloned into it")
    parser.add_argument("word", nargs="?", default="", help="only commits with this in repository, hash or words")
    options = parser.parse_args()
    judged: list[Judged] = []
    missing: set[str] = set()
    for commit in commits():
        if options.word not in f"{commit} {commit.range} {commit.what} {commit.expect}" or commit.repository in missing:
            continue
        try:
            clone = clone_of(commit.repository, options.clones) or fetched(commit.repository, options.clones)
        except (OSError, subprocess.CalledProcessError):
            missing.add(commit.repository)
            print(f"{commit.repository}: no clone can be had, so its commits are left out")
            continue
        judged.append(judge(commit, clone))
        print(*_told(judged[-1]), sep="\n", flush=True)
    print("", *summary(judged), sep="\n")
    return 0 if judged and all(one.right for one in judged) else 1


def _told(one: Judged) -> list[str]:
    mark = "ok   " if one.right else "WRONG"
    lines = [f"{mark} {one.seconds:5.1f} s  {one.commit}: {one.outcome} ({one.commit.what})"]
    if one.outcome != one.commit.expect:
        lines.append(f"        should be {one.commit.expect}: {one.commit.why}")
    lines += [f"        not named: {what}" for what in one.missed]
    lines += [f"        named, and not broken: {what}" for what in one.false]
    return lines


if __name__ == "__main__":
    sys.exit(main())
