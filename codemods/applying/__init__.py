"""Writing a change set whole or not at all, taking up an interrupted write, and taking moves back."""

from codemods.applying.checking import refuse_unwritable
from codemods.applying.recovering import interrupted, recover
from codemods.applying.state import brought_along
from codemods.applying.undoing import forget_taken_back, undo, written
from codemods.applying.writing import apply

__all__ = [
    "apply",
    "brought_along",
    "forget_taken_back",
    "interrupted",
    "recover",
    "refuse_unwritable",
    "undo",
    "written",
]
