"""Writing a change set whole or not at all, taking up an interrupted write, and taking moves back."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codemods.applying.checking import refuse_unwritable
    from codemods.applying.old_paths import with_old_paths
    from codemods.applying.recovering import recover
    from codemods.applying.state import brought_along, interrupted
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
    "with_old_paths",
    "written",
]

_HOMES = {
    "apply": "writing",
    "brought_along": "state",
    "forget_taken_back": "undoing",
    "interrupted": "state",
    "recover": "recovering",
    "refuse_unwritable": "checking",
    "undo": "undoing",
    "with_old_paths": "old_paths",
    "written": "undoing",
}


def __getattr__(name: str) -> object:
    """Imported when it is asked for: a command that writes nothing asks for little."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
