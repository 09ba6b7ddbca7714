"""Why a mutant may survive: a small file by hand, by the ids of the mutants."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reasons:
    """The reason of each survivor that has one."""

    by_mutant: dict[str, str]

    def of(self, mutant: str) -> str | None:
        return self.by_mutant.get(mutant)

    def unreasoned(self, survivors: set[str]) -> list[str]:
        """Survivors without a reason."""
        return sorted(survivors - self.by_mutant.keys())

    def stale(self, survivors: set[str]) -> list[str]:
        """Reasons for what does not survive, or is no mutant any more."""
        return sorted(self.by_mutant.keys() - survivors)


def read_reasons(file: Path) -> Reasons:
    """Read `[[survivors]]` tables of `why` and `mutants`; raises ValueError where a mutant has two reasons."""
    found: dict[str, str] = {}
    tables = tomllib.loads(file.read_text(encoding="utf-8")).get("survivors", []) if file.exists() else []
    for table in tables:
        for mutant in table["mutants"]:
            if mutant in found:
                raise ValueError(f"{file}: {mutant} has two reasons.")
            found[mutant] = " ".join(table["why"].split())
    return Reasons(found)
