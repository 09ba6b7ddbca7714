"""Touched files that are no Python say what they said, under the moved names' new paths."""

from __future__ import annotations

from codemods.model import Check, Finding, Place
from codemods.proof.comparison.canonical_texts import in_old_form, moved_paths
from codemods.proof.comparison.comparison import Comparison

SAYS = "documents and configuration say what they said, but for the paths of moved names"


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    paths = [path for path in comparison.touched if not path.endswith((".py", ".pyi"))]
    olds = moved_paths(comparison)
    for path in paths:
        old, new = _text(comparison, path, after=False), _text(comparison, path, after=True)
        if old is None or new is None:
            failures.append(Finding(Place(path), "the file is gone, or new, or is no text"))
        elif in_old_form(old, olds) != in_old_form(new, olds):
            failures.append(Finding(Place(path), "its text is not the same under the paths of the moved names"))
    return Check("texts", SAYS, len(paths), tuple(failures))


def _text(comparison: Comparison, path: str, after: bool) -> str | None:
    tree = comparison.new if after else comparison.old
    try:
        return tree.read(path).decode() if path in tree.paths else None
    except (OSError, UnicodeDecodeError):
        return None
