"""Hold what the prover says against what the trees do when they are run."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from codemods.face import prove, solve
from codemods.model import Refused
from proving import rope_moves
from proving.faults import Damaged, Good
from proving.observing import Observation, differences, modules, observe
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


def good_moves(only: Sequence[str] = ()) -> Iterator[tuple[Project, Good]]:
    """The moves of the examples, or of ``only`` these, as codemods makes them; what it refuses is left out."""
    for project in projects(PROJECTS, CASES):
        if only and project.name not in only:
            continue
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
    was, made, now = (
        _observed(_Key(good.before)),
        _observed(_Key(good.after)),
        observe(damaged.files, modules(good.after)),
    )
    found = differences({job: _either(said, was.get(job), now.get(job)) for job, said in made.items()}, now, whole=True)
    if found:
        return Result(Verdict.MISSED, why="; ".join(found)[:300])
    return Result(Verdict.EQUIVALENT, why="it does the same")


def _either(made: object, was: object, now: object) -> object:
    """What the good move gave, but where it is now as it was before the move: that is right as well."""
    if now == was:
        return now
    if isinstance(made, dict) and isinstance(was, dict) and isinstance(now, dict):
        return {key: _either(value, was.get(key), now.get(key)) for key, value in made.items()}
    return made


@dataclass(frozen=True)
class Judged:
    """What really happened to a tree, and what the prover says."""

    differences: tuple[str, ...]
    failures: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.differences

    @property
    def proven(self) -> bool:
        return not self.failures


def others_moves(only: Sequence[str] = ()) -> Iterator[tuple[str, str, Mapping[str, bytes], dict[str, bytes] | None]]:
    """(project, style, the tree before, what rope made of it; None where it declined)."""
    for project in projects(PROJECTS):
        if only and project.name not in only:
            continue
        for style in rope_moves.STYLES:
            try:
                after = rope_moves.move(project.files, project.move, style)
            except rope_moves.Declined:
                yield project.name, style, project.files, None
            else:
                yield project.name, style, project.files, after


def judge(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Judged:
    """Run both trees, and ask the prover, which knows nothing but the trees."""
    found = differences(_observed(_Key(before)), observe(after, modules(before)), whole=False)
    lost = _comments(before) - _comments(after)
    found += [f"the comment {text!r} is gone" for text in lost]
    proof = prove(MemoryTree(before), MemoryTree(after))
    failures = [f"{c.name}: {f.place}: {f.message}" for c in proof.checks for f in c.failures]
    return Judged(tuple(found), tuple(failures))


def _comments(files: Mapping[str, bytes]) -> Counter[str]:
    """The comments that stand alone on a line."""
    texts = (raw.decode(errors="replace") for path, raw in files.items() if path.endswith(".py"))
    return Counter(line.strip() for text in texts for line in text.splitlines() if line.strip().startswith("#"))


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
    differing = [path for path in one if one[path] != two[path]]
    try:
        return all(p.endswith(".py") and ast.dump(ast.parse(one[p])) == ast.dump(ast.parse(two[p])) for p in differing)
    except SyntaxError:
        return False
