"""Modules that have another dotted name in the new tree: what names them is compared in the words of the old one.

What a name leads to is looked up as it is written; so the new name has to be the name of the module. Only the text is
read as if it had said the old one: two statements, or two documents, that say the same but for it are the same.
"""

from __future__ import annotations

from dataclasses import replace

from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.old_names import OldNames


def in_old_words(comparison: Comparison) -> Comparison:
    """The same comparison, the texts of the new tree with the old names of modules that are renamed."""
    paths = {new: old for old, new in comparison.modules.items() if is_renamed(comparison, old, new)}
    if not paths:
        return comparison
    before, after = comparison.before.names.dotted, comparison.after.names.dotted
    dotted = {after(new): before(old) for new, old in paths.items()}
    # The name of a module without a package is a word like any.
    dotted = {new: old for new, old in dotted.items() if "." in new and "." in old}
    return replace(comparison, old_names=OldNames(dotted, paths))


def is_renamed(comparison: Comparison, old: str, new: str) -> bool:
    """Has the module another dotted name?"""
    return comparison.before.names.dotted(old) != comparison.after.names.dotted(new)
