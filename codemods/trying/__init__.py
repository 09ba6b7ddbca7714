"""Trials: what only running the code can show, tried in scratch copies of the old tree and the new one.

A trial takes the two trees and the moves, as the static checks of the proof do, and gives a check. Nothing here is
called unless the user asks for it, for it executes the code of the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codemods.model import Check, Move
from codemods.project import Tree
from codemods.trying.cold_imports import ColdImports
from codemods.trying.guard import Guard

Trial = Callable[[Tree, Tree, Sequence[Move]], Check]

__all__ = ["ColdImports", "Guard", "Trial"]
