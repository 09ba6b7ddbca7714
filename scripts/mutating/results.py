"""What was found, one JSON line a fact, in a file that a later run continues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .mutants import Mutant


@dataclass(frozen=True)
class Result:
    """What became of one mutant.

    `by` has the first tests that failed, and how each did (`failed`, or the limit it ran into); `ran` is how many
    tests execute the changed lines. It holds as long as its `valid` is what the present code and tests give.
    While `complete` is false a second killer is still being looked for.
    """

    mutant: str
    by: dict[str, str]
    ran: int
    valid: str
    complete: bool = True

    @property
    def killed(self) -> bool:
        return bool(self.by)


@dataclass(frozen=True)
class Scenario:
    """One test: the seconds of CPU that it takes, and the methods that it runs."""

    test: str
    cpu: float
    methods: tuple[str, ...]


@dataclass(frozen=True)
class ClassShares:
    """Lines and branches of a class that the guard executes, of how many; and the lines where some are missing."""

    name: str
    lines: tuple[int, int]
    branches: tuple[int, int]
    missing: tuple[str, ...] = ()


@dataclass
class Results:
    """All facts in memory; `about` says what they were measured on."""

    mutants: dict[str, Result] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    classes: dict[str, ClassShares] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def killers(self, mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, Result]]:
        """The mutants that were measured, with what became of them."""
        for mutant in mutants:
            if found := self.mutants.get(mutant.id):
                yield mutant, found


def read_results(file: Path) -> Results:
    """The facts of a file; none if there is no such file. A last line that was cut off is left out."""
    results = Results()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            fact = json.loads(line)
        except ValueError:
            continue
        match fact:
            case {"mutant": str(name)}:
                results.mutants[name] = Result(**fact)
            case {"test": str(name)}:
                results.scenarios[name] = Scenario(name, fact["cpu"], tuple(fact["methods"]))
            case {"name": str(name)}:
                results.classes[name] = ClassShares(
                    name, tuple(fact["lines"]), tuple(fact["branches"]), tuple(fact["missing"])
                )
            case {"about": dict(about)}:
                results.about = about
    return results


def append_result(file: Path, result: Result) -> None:
    """Add one fact; a run that is cut off loses nothing that was found."""
    with file.open("a", encoding="utf-8") as out:
        out.write(_line(asdict(result)))


def write_results(file: Path, results: Results) -> None:
    """Write all facts in an order that makes small differences between runs."""
    lines = [_line({"about": results.about})]
    for facts in (results.classes, results.scenarios, results.mutants):
        lines += [_line(asdict(facts[name])) for name in sorted(facts)]
    new = file.with_suffix(".new")
    new.write_text("".join(lines), encoding="utf-8")
    new.replace(file)


def _line(fact: dict[str, Any]) -> str:
    return json.dumps(fact, ensure_ascii=False) + "\n"
