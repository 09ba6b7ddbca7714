"""What fails while modules are imported, is caught, and lets something else run that did not run before."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from codemods.model import Finding, Kind
from codemods.proof.importing.traces import Failed, Run


def fallbacks(path: str, old: Sequence[Run], new: Run) -> Iterator[Finding]:
    """What fails now and is caught, so that something else is done in silence."""
    known = {_failure(*one) for run in old for one in run.caught}
    said = {str(failed) for run in old for _, failed in run.caught}
    if old and all(run.failed is None for run in (*old, new)):
        for key, failed in new.caught:
            copied = not isinstance(key, int) and str(failed) in said  # a guard beside moved code: it failed above
            if _failure(key, failed) not in known and not copied:
                message = f"when {path} is imported first, a fallback runs that did not run before: {failed}"
                yield Finding(failed.place, message, "fallback", Kind.BROKEN, cause=f"fallback {failed.place} {failed}")


def _failure(key: Hashable, failed: Failed) -> Hashable:
    """One failure in both trees: by its statement, or by its module where that has no partner."""
    return key if isinstance(key, int) else key[0] if isinstance(key, tuple) else key, failed.name
