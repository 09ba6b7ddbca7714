"""Functions that would import when they run, and hand all of their local names on: the import makes one more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.model import Hazard
from codemods.planning.edits.model import DeferredImport
from codemods.planning.facts import Facts
from codemods.project.listings import lists_locals


def late_in_locals(facts: Facts, deferred: Iterable[DeferredImport]) -> Iterator[Hazard]:
    for item in deferred:
        call = lists_locals(item.function)
        if call is not None:
            name = item.new.binds
            reason = (
                f"this lists the local names of its function, and would find `{name}`, which that imports when it runs"
            )
            remedies = (f"move `{name}` along with it, or leave it", "name what is handed on there first")
            yield Hazard("late-need", facts.source.source.place(call), reason, remedies)
