"""Reviews listed commits of public repositories, and compares what is said with the judgement by hand."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("commits.toml")
OUTCOMES = {0: "proven", 1: "edits", 2: "broken"}


@dataclass(frozen=True)
class Commit:
    """One line of the list."""

    repository: str
    range: str
    what: str
    expect: str
    why: str
    broken: tuple[str, ...] = ()

    def __str__(self) -> str:
        old, new = self.range.split("..")
        return f"{self.repository} {old[:9]}..{new[:9]}"


@dataclass(frozen=True)
class Judged:
    """What the command said of a commit: how it ended, the broken causes as `code path`, the seconds."""

    commit: Commit
    outcome: str
    causes: tuple[str, ...]
    seconds: float

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(what for what in self.commit.broken if what not in self.causes)

    @property
    def false(self) -> tuple[str, ...]:
        """Broken causes in code, or of a code, of which the judgement knows nothing."""
        known = {what.split()[0] for what in self.commit.broken}
        return tuple(cause for cause in self.causes if cause.split()[0] not in known)

    @property
    def right(self) -> bool:
        return self.outcome == self.commit.expect and not self.missed and not self.false


def commits(path: Path = LIST) -> list[Commit]:
    entries = tomllib.loads(path.read_text())["commit"]
    return [Commit(**{**entry, "broken": tuple(entry.get("broken", ()))}) for entry in entries]


def clone_of(repository: str, folder: Path) -> Path | None:
    """A clone in ``folder``, by the name of the repository or with its owner; bare or not."""
    owner, name = repository.split("/")
    for there in (folder / name, folder / f"{name}.git", folder / owner / name, folder / f"{owner}+{name}/repo"):
        if (there / "objects").is_dir() or (there / ".git").exists():
            return there
    return None


def fetched(repository: str, folder: Path) -> Path:
    """A new bare clone, whole. Raises CalledProcessError where the network does not give it."""
    there = folder / f"{repository.split('/')[1]}.git"
    address = f"https://github.com/{repository}.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", address, str(there)], check=True)
    return there


def judge(commit: Commit, clone: Path) -> Judged:
    command = [sys.executable, "-m", "codemods", "prove", commit.range, "--root", str(clone), "--json"]
    began = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if ended.returncode not in OUTCOMES:
        return Judged(commit, f"exit code {ended.returncode}: {ended.stderr.strip()[:200]}", (), seconds)
    return Judged(commit, OUTCOMES[ended.returncode], tuple(_causes(json.loads(ended.stdout)["findings"])), seconds)


def _causes(findings: Iterable[dict]) -> Iterator[str]:
    """`code path` of each broken finding, once."""
    broken = (finding for finding in findings if finding["kind"] == "broken")
    yield from dict.fromkeys(f"{finding['code']} {finding['after']['path']}" for finding in broken)


def summary(judged: list[Judged]) -> Iterator[str]:
    """The measures, a line each."""

    def share(title: str, several: list[Judged], good: int) -> str:
        return f"{title}: {good} of {len(several)}"

    pure, mixed, broken = ([j for j in judged if j.commit.expect == kind] for kind in OUTCOMES.values())
    yield share("nothing but moves, and proven", pure, sum(j.outcome == "proven" for j in pure))
    yield share("mixed, and no false broken line", mixed, sum(j.outcome == "edits" for j in mixed))
    yield share("broken, and what broke is named", broken, sum(not j.missed for j in broken))
    yield share("broken, and nothing else is called so", broken, sum(not j.false for j in broken))
    if judged:
        times = [j.seconds for j in judged]
        yield f"seconds: median {statistics.median(times):.1f}, longest {max(times):.1f}"
