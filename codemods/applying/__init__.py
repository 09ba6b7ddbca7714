"""Writing a change set whole or not at all, taking up an interrupted write, and taking the last move back."""

from codemods.applying.recovering import recover
from codemods.applying.undoing import undo
from codemods.applying.writing import apply

__all__ = ["apply", "recover", "undo"]
