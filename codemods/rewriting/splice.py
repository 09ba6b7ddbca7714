"""Edits of a text by spans: what is not named stays byte for byte."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.planning.edits.model import Replacement


def splice(text: str, edits: Iterable[Replacement]) -> str:
    """``text`` with the replacements made; spans may touch and may not overlap (ValueError)."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise ValueError(f"overlapping edits at {edit.start}")
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])
