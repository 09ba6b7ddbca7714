"""Whether a move is still to be done: decided by its two files, without what plans it."""

from __future__ import annotations

from collections.abc import Callable

from codemods.bindings import Module
from codemods.model import Move
from codemods.project import Unreadable
from codemods.project.files import Files


def pending(move: Move, load: Callable[[str], Module]) -> tuple[str, ...]:
    """The names that do not stand in the destination yet, or still in the source too."""
    try:
        destination = load(move.destination)
    except (Unreadable, OSError):
        return move.names
    try:
        source = load(move.source)
    except Unreadable:
        return move.names
    except OSError:
        source = None
    return tuple(
        name
        for name in move.names
        if name not in destination.definitions or (source is not None and name in source.definitions)
    )


def is_done(move: Move, tree: Files) -> bool:
    """Is nothing of a move still to be done?"""
    if move.whole:
        return move.source not in tree.paths and move.destination in tree.paths
    return bool(move.names) and not pending(move, lambda path: Module(tree.source(path)))
