"""Facts that hold only of some classes: one beside which the tree has another of its name; one of which objects are
made, where those are known by an attribute."""

from __future__ import annotations

import re

from codemods.frameworks.derived import is_only_a_base
from codemods.frameworks.entries import Fact
from codemods.project import Tree


def holds_of(tree: Tree, fact: Fact, path: str, name: str) -> bool:
    """Does the fact hold of the class of this name in a module?"""
    if fact.pin is not None and fact.pin.place == "attribute" and is_only_a_base(tree, name):
        return False
    if not fact.twins:
        return True
    if not tree.code_with(fact.words):
        return False
    other = re.compile(rb"^[ \t]*class[ \t]+%s\b" % re.escape(name.encode()), re.M)
    return any(
        other.search(tree.read(one)) for one in sorted(tree.code_with([name])) if one != path and one.endswith(".py")
    )
