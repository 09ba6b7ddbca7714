"""Hold what the prover says against what the trees do when they are run."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from codemods.face import prove, solve
from codemods.model import Refused
from proving.faults import Damaged, Good
from proving.observing import Observation, differences, observe
from proving.projects import CASES, PROJECTS, MemoryTree, Project, projects


class Verdict(Enum):
    """What became of a fault."""

    NO_CHANGE = "no change"
    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    MISSED = "missed"


@dataclass(frozen=True)
class Result:
    """A verdict; the checks that did not hold, or why it is an equivalent or was missed."""

    verdict: Verdict
    checks: tuple[str, ...] = ()
    why: str = ""


def good_moves() -> Iterator[tuple[Project, Good]]:
    """The moves of the examples, as codemods makes them; those that it refuses are left out."""
    for project in projects(PROJECTS, CASES):
        try:
            solution = solve(project.move, project.tree)
        except Refused:
            continue
        after = {**project.files, **{p: b for p, b in solution.changes.after.items() if b is not None}}
        yield project, Good(solution.plan.moves[0], project.files, after)


def damage(good: Good, damaged: Damaged) -> Result:
    """Does the prover catch it? If not: does it matter?"""
    if damaged.files == good.after:
        return Result(Verdict.NO_CHANGE)
    proof = prove(MemoryTree(good.before), MemoryTree(damaged.files), (good.move,))
    failed = tuple(check.name for check in proof.checks if not check.held)
    if failed:
        return Result(Verdict.CAUGHT, failed)
    if _same_syntax(good.after, damaged.files):
        return Result(Verdict.EQUIVALENT, why="the same syntax trees")
    found = differences(_observed(_Key(good.after)), observe(damaged.files), whole=True)
    if found:
        return Result(Verdict.MISSED, why="; ".join(found)[:300])
    return Result(Verdict.EQUIVALENT, why="it does the same")


class _Key:
    """A tree as a key: by its bytes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.items = tuple(sorted(files.items()))

    def __hash__(self) -> int:
        return hash(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.items == other.items


@functools.lru_cache(maxsize=256)
def _observed(key: _Key) -> Observation:
    return observe(key.files)


def _same_syntax(one: Mapping[str, bytes], two: Mapping[str, bytes]) -> bool:
    if one.keys() != two.keys():
        return False
    for path, raw in one.items():
        if raw != two[path] and (not path.endswith(".py") or ast.dump(ast.parse(raw)) != ast.dump(ast.parse(two[path]))):
            return False
    return True
