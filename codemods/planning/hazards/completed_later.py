"""A moved value that is changed further down, after staying code has used it as it was."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.grouping.mutations import early_uses

CODE = "completed-later"
TITLE = "staying code uses a moved value before the source completes it"
MEANING = """A statement that completes a value (`A.x = …`, `TABLE.append(…)`) goes with it, and is then run before
the source's own statements. Code that stays, and used the value between its definition and its completion, would see
it completed. A definition that does so moves too; a statement that defines
nothing, or has to stay, prevents the move."""
EXAMPLE = """
-- shop/nodes.py --
class NodeType(type): ...
class Node(metaclass=NodeType): ...
print(Node())
def _closed(*args):
    raise TypeError("no more nodes")
NodeType.__new__ = _closed
-- move --
shop/nodes.py shop/node.py Node
"""


def find(facts: Facts) -> Iterator[Hazard]:
    for use in early_uses(facts.groups, facts.moving):
        place = facts.source.source.place(use.completion.node)
        line = use.reader.node.lineno
        reason = f"`{use.group.label}` is completed here, after line {line}, which stays, has used it"
        along = [f"move `{use.by.label}` too: --with {use.by.label}"] if use.by.names else []
        yield Hazard(CODE, place, reason, (*along, "complete it right after its definition"))
